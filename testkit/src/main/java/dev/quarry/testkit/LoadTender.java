package dev.quarry.testkit;

import dev.quarry.MemoryPool;
import dev.quarry.PoolMode;
import dev.quarry.PoolOptions;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The thread of an {@link UpkeepLoad} that trims and compacts the pool, and changes its options. */
final class LoadTender implements UpkeepLoad.Step {
    private static final List<PoolMode> MODES = List.of(PoolMode.values());

    private final UpkeepLoad load;
    private final SplittableRandom random;

    LoadTender(UpkeepLoad load, SplittableRandom random) {
        this.load = load;
        this.random = random;
    }

    @Override
    public void run() {
        MemoryPool pool = load.pool();
        switch (random.nextInt(6)) {
            case 0 -> pool.trim();
            case 1 -> pool.trim(Duration.ofNanos(1L << random.nextInt(32)));
            case 2, 3 -> pool.compact();
            case 4 -> pool.reconfigure(options(pool.options()));
            default -> pool.statistics();
        }
        load.countTended();
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(1L << random.nextInt(13)));
    }

    /** Changes options; a limit is often below what is in use at the moment. */
    private PoolOptions options(PoolOptions present) {
        long limit = load.memory().limit();
        return present.toBuilder()
                .mode(MODES.get(random.nextInt(MODES.size())))
                .limit(random.nextInt(3) == 0 ? limit / (2 + random.nextInt(30)) : limit)
                .cacheBytes(random.nextInt(3) == 0 ? 0 : 1L << random.nextInt(10, 19))
                .clearOnFree(random.nextInt(8) == 0)
                .maxStall(Duration.ofMillis(random.nextInt(20)))
                .build();
    }
}
