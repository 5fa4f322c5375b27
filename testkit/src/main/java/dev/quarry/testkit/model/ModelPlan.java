package dev.quarry.testkit.model;

import dev.quarry.ByteSize;
import dev.quarry.LadderStep;
import dev.quarry.MemoryKind;
import dev.quarry.PoolMode;
import dev.quarry.PoolOptions;
import dev.quarry.Reclaim;
import dev.quarry.sim.SimSchedule;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one replay of the model is like: all that a seed decides before the first operation.
 *
 * @param seed where everything comes from
 * @param schedule when work on streams completes
 * @param kinds the kind of memory of each pool; the pools share the device and its streams
 * @param sorts which sort each pool is of
 * @param totalBytes the device's memory
 * @param granule the smallest block step
 * @param pageBytes the unit of mapping, 0 for a device without virtual memory
 * @param options the options of the pools at first
 * @param live about how many allocations are open at once
 * @param sizes sizes that requests have again and again
 * @param mostBytes the largest usual request
 * @param faults whether driver calls fail now and then
 * @param interloper whether another thread frees during driver calls
 * @param streams the most streams at once, the default one included
 * @param steps operations before everything is closed
 */
public record ModelPlan(
        long seed,
        SimSchedule schedule,
        List<MemoryKind> kinds,
        List<PoolSort> sorts,
        long totalBytes,
        long granule,
        long pageBytes,
        PoolOptions options,
        int live,
        List<Long> sizes,
        long mostBytes,
        boolean faults,
        boolean interloper,
        int streams,
        int steps) {

    /** Every pool is over the driver; of more sorts than there are pools the last are not used. */
    static final List<PoolSort> PLAIN = List.of(PoolSort.PLAIN, PoolSort.PLAIN);

    /** Draws a plan in which pools are private, or over memory of another library, beside plain ones. */
    static ModelPlan drawSorts(long seed, Dice dice) {
        List<PoolSort> sorts = dice.oneOf(
                List.of(PoolSort.PRIVATE, PoolSort.PLAIN),
                List.of(PoolSort.PRIVATE, PoolSort.PRIVATE),
                List.of(PoolSort.PRIVATE, PoolSort.OVER_SOURCE),
                List.of(PoolSort.OVER_SOURCE, PoolSort.PLAIN),
                List.of(PoolSort.OVER_SOURCE, PoolSort.OVER_SOURCE));
        ModelPlan plan = draw(seed, dice);
        return new ModelPlan(
                plan.seed,
                plan.schedule,
                plan.kinds,
                sorts,
                plan.totalBytes,
                plan.granule,
                plan.pageBytes,
                plan.options,
                plan.live,
                plan.sizes,
                plan.mostBytes,
                plan.faults,
                plan.interloper,
                plan.streams,
                plan.steps);
    }

    /** Draws a plan. */
    static ModelPlan draw(long seed, Dice dice) {
        int live = (int) dice.logUniform(3, 120);
        long mostBytes = dice.logUniform(1 << 10, 64 << 20);
        long usual = Math.max(1 << 16, live * mostBytes / 8);
        long totalBytes = Math.min(dice.logUniform(Math.max(1 << 18, usual / 4), 2 * usual), ByteSize.gib(4));
        List<Long> sizes = dice.oneIn(2)
                ? List.of()
                : Stream.generate(() -> dice.logUniform(1, mostBytes))
                        .limit(dice.between(1, 6))
                        .toList();
        boolean faults = dice.oneIn(3);
        return new ModelPlan(
                seed,
                dice.oneOf(SimSchedule.values()),
                dice.oneOf(
                        List.of(MemoryKind.DEVICE),
                        List.of(MemoryKind.PINNED),
                        List.of(MemoryKind.DEVICE, MemoryKind.PINNED),
                        List.of(MemoryKind.DEVICE, MemoryKind.DEVICE)),
                PLAIN,
                totalBytes,
                dice.oneOf(64L, 512L, 512L),
                dice.oneIn(2) ? 0 : dice.oneOf(4096L, 64L << 10, 2L << 20),
                options(dice, totalBytes),
                live,
                sizes,
                mostBytes,
                faults,
                !faults && dice.oneIn(4),
                dice.between(1, 6),
                dice.oneIn(16) ? dice.between(1000, 4000) : dice.between(20, 400));
    }

    /** Draws options that fit a device. */
    static PoolOptions options(Dice dice, long totalBytes) {
        PoolOptions.Builder builder = PoolOptions.withoutEnvironment()
                .segmentBytes(dice.oneOf(ByteSize.mib(2), 4096L, dice.logUniform(4096, 4 << 20)))
                .growthFactor(dice.oneOf(0.0, 1 / 6.0, 1.0))
                .cacheBlockBytes(dice.oneOf(0L, ByteSize.kib(32), ByteSize.kib(64), 1024L))
                .cacheBytes(dice.oneOf(0L, ByteSize.kib(256), dice.logUniform(1, 1 << 20)))
                .clearOnFree(dice.oneIn(10))
                .trackPlaces(dice.oneIn(10))
                .reclaim(dice.oneOf(Reclaim.OFF, Reclaim.SAMPLED, Reclaim.ALL))
                .leakSampling(dice.oneOf(0, 1, 4096))
                .mode(dice.oneOf(PoolMode.values()))
                .maxStall(dice.oneIn(8) ? Duration.ZERO : Duration.ofSeconds(10));
        if (dice.oneIn(4)) {
            int one = 1 + dice.below(8);
            builder.ladder(Arrays.stream(LadderStep.values())
                    .filter(step -> !dice.oneIn(one))
                    .toList());
        }
        if (dice.oneIn(3)) {
            builder.limit(dice.logUniform(Math.max(1, totalBytes / 8), totalBytes));
        }
        if (dice.oneIn(6)) {
            builder.memoryFraction(dice.oneOf(0.5, 0.25, 0.9));
        }
        if (dice.oneIn(6)) {
            builder.initialBytes(dice.logUniform(1, Math.max(2, totalBytes / 8)));
        }
        return builder.build();
    }

    /** Returns the most bytes that a pool with options may take from the device. */
    long limitOf(PoolOptions options) {
        long part = options.memoryFraction() >= 1 ? Long.MAX_VALUE : (long) (totalBytes * options.memoryFraction());
        return Math.min(options.limit(), part);
    }
}
