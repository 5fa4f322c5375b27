package dev.quarry.testkit.model;

import dev.quarry.MemoryKind;
import dev.quarry.PoolMode;
import dev.quarry.PoolOptions;
import dev.quarry.sim.SimSchedule;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Draws plans in which pools over virtual memory move memory all the time: small pages, requests of some pages each, about as
 * much live as the limit allows, and work that completes only when the host waits for it.
 */
final class RemapPlan {
    private RemapPlan() {}

    static ModelPlan draw(long seed, Dice dice) {
        long page = dice.oneOf(4096L, 64L << 10, 2L << 20, 4L << 20);
        int live = dice.between(4, 40);
        long mostBytes = page * dice.between(3, 24);
        List<Long> sizes = Stream.generate(() -> dice.logUniform(page / 2, mostBytes))
                .limit(dice.between(4, 40))
                .toList();
        long usual = live * sizes.stream().mapToLong(Long::longValue).sum() / sizes.size();
        long totalBytes = Math.max(8 * page, usual + usual / 4) / page * page;
        boolean faults = dice.oneIn(4);
        return new ModelPlan(
                seed,
                dice.oneIn(6) ? SimSchedule.MANUAL : SimSchedule.LAZY,
                dice.oneOf(
                        List.of(MemoryKind.DEVICE),
                        List.of(MemoryKind.PINNED),
                        List.of(MemoryKind.DEVICE, MemoryKind.DEVICE)),
                ModelPlan.PLAIN,
                totalBytes,
                512,
                page,
                options(dice, page, totalBytes),
                live,
                sizes,
                mostBytes,
                faults,
                !faults && dice.oneIn(6),
                dice.between(1, 5),
                dice.between(100, 600));
    }

    private static PoolOptions options(Dice dice, long page, long totalBytes) {
        PoolOptions options = ModelPlan.options(dice, totalBytes);
        return options.toBuilder()
                .limit(dice.logUniform(Math.max(4 * page, totalBytes / 4 * 3), totalBytes))
                .memoryFraction(1)
                .initialBytes(0)
                .mode(dice.oneOf(PoolMode.THRIFTY, PoolMode.THRIFTY, PoolMode.BALANCED, PoolMode.FAST))
                .maxStall(dice.oneIn(16) ? Duration.ZERO : Duration.ofSeconds(10))
                .cacheBlockBytes(dice.oneOf(0L, 1024L, 64L << 10))
                .build();
    }
}
