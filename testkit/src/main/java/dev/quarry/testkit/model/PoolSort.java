package dev.quarry.testkit.model;

import dev.quarry.Device;
import dev.quarry.LadderStep;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemorySource;
import dev.quarry.PoolOptions;
import dev.quarry.Reclaim;
import dev.quarry.sim.SimDriver;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Which sort of pool the model runs with. */
public enum PoolSort {
    /** Over the device's driver. */
    PLAIN,
    /** A private one. */
    PRIVATE,
    /** Over memory of another library, which takes it from the driver piece by piece. */
    OVER_SOURCE;

    private static final Set<LadderStep> OF_PRIVATE = EnumSet.of(
            LadderStep.DRAIN_CACHES,
            LadderStep.MERGE,
            LadderStep.OTHER_SEGMENTS,
            LadderStep.OTHER_POOLS,
            LadderStep.HANDLER);

    /** Opens a pool. */
    MemoryPool open(World world, MemoryKind kind, PoolOptions options) {
        return switch (this) {
            case PLAIN -> world.quarry().openPool(world.device(), kind, options);
            case PRIVATE -> world.empty(kind).privatePool(options);
            case OVER_SOURCE -> MemoryPool.over(new Piecewise(world.driver(), world.device(), kind), options);
        };
    }

    /** Returns options that such a pool accepts. */
    PoolOptions accepted(PoolOptions options) {
        return this == PRIVATE ? options.toBuilder().clearOnFree(false).build() : options;
    }

    /** Returns what a pool with options says of them. */
    PoolOptions inForce(PoolOptions options) {
        List<LadderStep> steps =
                options.ladder().stream().filter(OF_PRIVATE::contains).toList();
        return this == PRIVATE
                ? options.toBuilder()
                        .virtualMemory(false)
                        .reclaim(Reclaim.OFF)
                        .ladder(steps)
                        .build()
                : options;
    }

    /** A library's memory that is the device's. */
    private record Piecewise(SimDriver driver, Device device, MemoryKind kind) implements MemorySource {
        @Override
        public OptionalLong allocate(long bytes, long alignment) {
            try {
                return OptionalLong.of(driver.allocate(new SegmentRequest(kind, bytes, alignment, false)));
            } catch (DriverOutOfMemoryException e) {
                return OptionalLong.empty();
            }
        }

        @Override
        public void free(long address, long bytes) {
            driver.free(kind, address, bytes);
        }
    }
}
