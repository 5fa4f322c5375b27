package dev.quarry.stress;

import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.check.PoolValidator;

/** Pools of a simulated device that serve one state of a test each. */
final class OwnPool {
    /** Bytes of every allocation, and the device's granule. */
    static final long BYTES = 512;

    private static final Quarry QUARRY =
            Quarry.builder().provider(new SimProvider()).open();

    private OwnPool() {}

    /** Opens a pool whose caches have room for a number of allocations. */
    static MemoryPool open(int cached) {
        PoolOptions options = PoolOptions.withoutEnvironment()
                .segmentBytes(8 * BYTES)
                .cacheBytes(cached * BYTES)
                .leakSampling(0)
                .build();
        return QUARRY.openPool(QUARRY.device("sim"), MemoryKind.DEVICE, options);
    }

    /** Validates a pool, gives back what it does not need, and returns the bytes that it still has. */
    static long rest(MemoryPool pool) {
        PoolValidator.validate(pool);
        pool.trim();
        PoolValidator.validate(pool);
        return pool.statistics().reservedBytes().current();
    }
}
