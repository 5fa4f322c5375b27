package dev.quarry.internal.pool;

import dev.quarry.PoolOptions;

/**
 * How much of what a pool may take is in use, and what its stream caches may keep by that.
 *
 * <p>Pressure is what is allocated or pending, by what may be reserved; what caches hold does not count, since it can be had
 * at once. Above the upper threshold caches are emptied, so that freed blocks merge, and keep a quarter of the small classes and
 * nothing else; below the lower one they may grow with the pool. Looked at where the pool grew or could not, where a cache was
 * found stale, and at a trim, and while it is high with each allocation that the leak detection samples: looking takes each
 * cache for a moment, which other threads' hits feel.
 */
final class Pressure {
    /** Part of the reserved bytes that one cache may grow to, and the most that it may. */
    private static final int GROWN_SHARE = 32 << 10;

    private static final long GROWN_BYTES = 4 << 20;

    private static final int SHRUNK = 4;

    private final PoolCore core;
    private final Pending pending;
    private final HandOver handOver;

    /** Not guarded: two threads that look at the same time only drain once more, or once less. */
    private volatile boolean high;

    Pressure(PoolCore core, Pending pending, HandOver handOver) {
        this.core = core;
        this.pending = pending;
        this.handOver = handOver;
    }

    /** Looks again if the pressure was high, since it falls without anybody growing. */
    void lookAgain() {
        if (high) {
            assess();
        }
    }

    /** Looks how high the pressure is, and lets the caches keep what is right for it. */
    void assess() {
        long used;
        long reserved;
        core.lock();
        try {
            used = core.heap().allocatedBytes() + pending.bytes();
            reserved = core.heap().segments().bytes();
        } finally {
            core.unlock();
        }
        PoolOptions options = core.options();
        double pressure = (double) used / core.mostBytes();
        boolean wasHigh = high;
        high = pressure > options.pressureHigh();
        core.limitCaches(cacheBytes(options, pressure, reserved), !high);
        if (high && !wasHigh) {
            handOver.drainCaches();
        }
    }

    /** Returns the bytes that one stream's cache may always keep. */
    static long cacheBytes(PoolOptions options, double pressure, long reserved) {
        long normal = options.cacheBytes();
        if (pressure > options.pressureHigh()) {
            return normal / SHRUNK;
        }
        return pressure < options.pressureLow() && normal > 0
                ? Math.max(normal, Math.min(reserved / GROWN_SHARE, GROWN_BYTES))
                : normal;
    }
}
