package dev.quarry.testkit.model;

import dev.quarry.sim.SimFunction;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Another thread that frees memory while the pool waits for a driver call: interleavings that a seed replays.
 *
 * <p>The thread of the model stands still meanwhile. A free that cannot go on then waits for a lock that is held across the
 * driver call, and counts as a failure: frees never block. Shareable memory, memory that is cleared, and closed pools are
 * left out, as their frees may take part in what only one thread does at a time.
 */
final class Interloper {
    private static final Duration HANGING = Duration.ofSeconds(20);

    private final World world;
    private final Dice dice;
    private final Set<Holding> busy = new HashSet<>();
    private @Nullable Freeing freeing;
    private @Nullable Thread active;

    Interloper(World world) {
        this.world = world;
        this.dice = world.dice();
    }

    /** Puts hooks on all calls of the driver; keeps those that let waits end. */
    void install() {
        for (SimFunction function : SimFunction.values()) {
            world.driver().faults().onCall(function, this::intrude);
        }
    }

    void setFreeing(Freeing ways) {
        freeing = ways;
    }

    /** Keeps a holding that the model's own thread is closing out of this one's way. */
    void begin(Holding holding) {
        busy.add(holding);
    }

    void end(Holding holding) {
        busy.remove(holding);
    }

    private void intrude() {
        Freeing ways = freeing;
        if (ways == null || active != null || !world.mishaps().isUnderWay() || !dice.oneIn(8)) {
            return;
        }
        List<Holding> free = world.holdings().stream().filter(this::isPlain).toList();
        if (free.isEmpty()) {
            return;
        }
        Holding holding = dice.pick(free);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = Thread.ofVirtual().unstarted(() -> {
            try {
                ways.freePlain(holding);
            } catch (RuntimeException | Error e) {
                failure.set(e);
            }
        });
        active = thread;
        try {
            thread.start();
            if (!thread.join(HANGING)) {
                AssertionError waiting =
                        new AssertionError("a free waits for a lock that is held across a driver call: " + holding);
                waiting.addSuppressed(stackOf(thread));
                throw waiting;
            }
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts", e);
        } finally {
            active = null;
        }
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new AssertionError("on the other thread: " + thrown, thrown);
        }
    }

    private boolean isPlain(Holding holding) {
        return !busy.contains(holding)
                && !holding.isShareable()
                && holding.canBeOrdered()
                && holding.book().pool().isOpen()
                && !holding.book().pool().options().clearOnFree();
    }

    /** Returns where a thread is. */
    private static Throwable stackOf(Thread thread) {
        IllegalStateException where = new IllegalStateException(thread + " is " + thread.getState());
        where.setStackTrace(thread.getStackTrace());
        return where;
    }
}
