package dev.quarry.testkit.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The reference model of a pool: random operations on pools over the simulated device, and an independent truth of what
 * must be so after each of them.
 *
 * <p>The truth is: live ranges do not overlap, have their size and alignment; memory is used by its holders in the order
 * that the contract names, and the device sees no hazard; counts and sums of the statistics equal the model's; limits are
 * kept; a refused request could not have been served; the validator finds nothing; at the end nothing is left.
 *
 * <p>A seed decides everything, so that a failure is replayed, with its story, before it is reported.
 */
public final class PoolModel {
    /** How many of the last operations a failure shows. */
    private static final int SHOWN = Integer.getInteger("quarry.shown", 40);

    private final World world;
    private final Dice dice;
    private final Allocating allocating;
    private final Freeing freeing;
    private final Streaming streaming;
    private final Tending tending;
    private final Compacting compacting;
    private final int rareness;

    private PoolModel(World world, Dice dice) {
        this.world = world;
        this.dice = dice;
        Uses uses = new Uses(world);
        allocating = new Allocating(world, uses);
        freeing = new Freeing(world, uses);
        streaming = new Streaming(world, uses);
        world.interloper().setFreeing(freeing);
        tending = new Tending(world, new LastResort(world, freeing));
        compacting = new Compacting(world);
        rareness = dice.between(1, 8);
    }

    /** What one replay came to: operations in all, and handles that its pools unmapped. */
    public record Tally(long operations, long unmaps) {}

    /**
     * How a seed becomes a plan.
     *
     * @param property the system property by which a test replays a seed
     * @param plan draws the plan
     */
    private record Drawing(String property, BiFunction<Long, Dice, ModelPlan> plan) {}

    /**
     * Runs one replay.
     *
     * @return operations in all
     * @throws AssertionError if something was not as it must be; the message tells seed, plan and the last operations
     */
    public static long run(long seed) {
        return run(seed, new Drawing("quarry.seed", ModelPlan::draw)).operations();
    }

    /**
     * Runs one replay in which free memory is moved often while work on streams lags behind: an attack on I5 and I8. Errors as
     * {@link #run(long)}.
     */
    public static Tally runRemapping(long seed) {
        return run(seed, new Drawing("quarry.remap.seed", RemapPlan::draw));
    }

    /** Runs one replay with private pools, and pools over memory of another library; as {@link #run(long)}. */
    public static long runSorts(long seed) {
        return run(seed, new Drawing("quarry.sorts.seed", ModelPlan::drawSorts)).operations();
    }

    private static Tally run(long seed, Drawing drawing) {
        try {
            return run(seed, drawing, null);
        } catch (RuntimeException | Error e) {
            List<String> story = new ArrayList<>();
            Throwable again = e;
            try {
                run(seed, drawing, story);
            } catch (RuntimeException | Error same) {
                again = same;
            }
            ModelPlan plan = drawing.plan().apply(seed, new Dice(seed));
            throw new AssertionError(
                    "seed " + seed + " (again: -D" + drawing.property() + "=" + seed + "): " + again + "\n" + plan
                            + "\n" + String.join("\n", story.subList(Math.max(0, story.size() - SHOWN), story.size())),
                    again);
        }
    }

    private static Tally run(long seed, Drawing drawing, @Nullable List<String> story) {
        Dice dice = new Dice(seed);
        World world = new World(drawing.plan().apply(seed, dice), dice, story);
        PoolModel model = new PoolModel(world, dice);
        world.openPools();
        world.check();
        if (!world.books().isEmpty()) {
            for (int step = 0; step < world.plan().steps(); step++) {
                model.step();
                world.check();
            }
        }
        long unmaps = world.books().stream()
                .mapToLong(book -> book.pool().statistics().driver().unmaps())
                .sum();
        new Ending(world, model.freeing, model.streaming, model.tending).end();
        return new Tally(world.operations(), unmaps);
    }

    private void step() {
        if (dice.below(8 * rareness) >= 8) {
            allocateOrFree();
            return;
        }
        switch (dice.below(28)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> streaming.use();
            case 8, 9, 10 -> streaming.pass();
            case 11, 12 -> streaming.order();
            case 13, 14, 15 -> streaming.open();
            case 16 -> streaming.close();
            case 24 -> streaming.capture();
            case 25, 26 -> freeing.lose();
            case 17 -> tending.trim();
            case 27 -> compacting.compact();
            case 18 -> tending.openChild();
            case 19 -> {
                if (dice.oneIn(2)) {
                    tending.resizeChild();
                } else {
                    tending.closeChild();
                }
            }
            case 20 -> freeing.many();
            case 21 -> allocating.several();
            case 22 -> {
                switch (dice.below(6)) {
                    case 0, 1, 2 -> allocating.warmUp();
                    case 3, 4 -> tending.elsewhere();
                    default -> tending.limitDevice();
                }
            }
            default -> {
                if (dice.oneIn(3)) {
                    tending.reconfigure();
                }
            }
        }
    }

    private void allocateOrFree() {
        int live = world.holdings().size();
        if (dice.below(2 * world.plan().live()) >= live) {
            allocating.one();
        } else {
            freeing.one();
        }
    }
}
