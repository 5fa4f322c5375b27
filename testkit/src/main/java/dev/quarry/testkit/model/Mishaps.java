package dev.quarry.testkit.model;

import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimFunction;
import dev.quarry.spi.DriverException;
import java.util.function.BooleanSupplier;

/** Runs operations under driver failures that come now and then, and tells what became of them. */
final class Mishaps {
    /** What became of an operation. */
    enum Outcome {
        /** It went through. */
        DONE,
        /** It was out of memory, which no failure of the driver explains. */
        OUT_OF_MEMORY,
        /** It failed, and a call of the driver had been made to fail. */
        FAULT
    }

    private final SimDriver driver;
    private final Dice dice;
    private final boolean wanted;
    private final BooleanSupplier fragile;
    private boolean struck;
    private boolean everStruck;
    private boolean everBroke;
    private String refusal = "";
    private Runnable hooks = () -> {};
    private int depth;

    /**
     * Makes one.
     *
     * @param wanted whether there are failures at all
     * @param fragile tells whether one failed call may leave a pool without knowledge of what is complete
     */
    Mishaps(SimDriver driver, Dice dice, boolean wanted, BooleanSupplier fragile) {
        this.driver = driver;
        this.dice = dice;
        this.wanted = wanted;
        this.fragile = fragile;
    }

    /** Runs an operation, perhaps with a failure; one inside another has no failure of its own. */
    Outcome outcome(Runnable operation) {
        if (depth > 0) {
            return attempt(operation);
        }
        struck = false;
        boolean armed = wanted && dice.oneIn(6);
        if (armed) {
            arm();
        }
        try {
            return attempt(operation);
        } finally {
            if (armed) {
                driver.faults().clear();
                hooks.run();
            }
        }
    }

    private Outcome attempt(Runnable operation) {
        depth++;
        try {
            operation.run();
            return Outcome.DONE;
        } catch (DeviceOutOfMemoryException e) {
            refusal = String.valueOf(e.getMessage());
            return struck ? Outcome.FAULT : Outcome.OUT_OF_MEMORY;
        } catch (DriverException e) {
            if (!struck) {
                throw e;
            }
            return Outcome.FAULT;
        } catch (LastResort.Failure e) {
            e.check();
            return Outcome.FAULT;
        } finally {
            depth--;
        }
    }

    /** Returns whether an operation is under way. */
    boolean isUnderWay() {
        return depth > 0;
    }

    /** Puts hooks on the driver that stay there. */
    void keep(Runnable installation) {
        hooks = installation;
        hooks.run();
    }

    /** Returns whether any call of the driver was made to fail so far. */
    boolean everStruck() {
        return everStruck;
    }

    /** Returns whether a pool may not know what is complete: several calls in a row failed, or one where that was enough. */
    boolean everBroke() {
        return everBroke;
    }

    /** Returns what the last refusal said. */
    String refusal() {
        return refusal;
    }

    private void arm() {
        SimFailure kind = dice.oneOf(SimFailure.OUT_OF_MEMORY, SimFailure.ERROR);
        int breadth = dice.below(4);
        long call = dice.oneIn(2) ? 1 : dice.between(1, 8);
        SimFunction function = dice.oneOf(SimFunction.values());
        SimFailure failure = (name, arguments) -> {
            struck = true;
            everStruck = true;
            everBroke |= breadth < 2 || fragile.getAsBoolean();
            return kind.make(name, arguments);
        };
        switch (breadth) {
            case 0 -> driver.faults().failFrom(function, call, failure);
            case 1 -> driver.faults().failFrom(call, failure);
            case 2 -> driver.faults().failOnce(function, call, failure);
            default -> driver.faults().failOnce(call, failure);
        }
    }
}
