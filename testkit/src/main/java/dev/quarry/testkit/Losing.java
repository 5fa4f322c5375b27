package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Reclaim;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** A pool in which handles are lost, and the garbage collector that has to find that. */
final class Losing {
    private static final int MOST_COLLECTIONS = 400;

    private Losing() {}

    /** Watches all handles, and puts memory back into the index, where the next request finds it. */
    static PoolOptions.Builder watchAll(PoolOptions.Builder options) {
        return options.reclaim(Reclaim.ALL).cacheBytes(0);
    }

    /** Calls something whose locals are gone when it returns, and holds what it returns until the list is cleared. */
    static <T> List<T> hold(MemoryPool pool, Function<MemoryPool, T> program) {
        return new ArrayList<>(List.of(program.apply(pool)));
    }

    /** Collects garbage until so many handles of a pool are known to be lost, and fails if that never happens. */
    static void awaitFound(MemoryPool pool, long number) {
        await(() -> {
            pool.collect();
            return pool.statistics().lost().found() >= number;
        });
        assertThat(pool.statistics().lost().found()).isEqualTo(number);
    }

    /**
     * Gives the collector every chance to take what is not reachable: other handles are lost meanwhile, one after the other,
     * and found.
     */
    static void collectWell(MemoryPool pool) {
        for (int i = 0; i < 3; i++) {
            long before = pool.statistics().lost().found();
            lose(pool, 64);
            await(() -> {
                pool.collect();
                return pool.statistics().lost().found() > before;
            });
            pool.collect(); // what was found after the last call
        }
    }

    /** Allocates, and forgets the handle. */
    static void lose(MemoryPool pool, long bytes) {
        pool.allocate(bytes);
    }

    /** Collects garbage until something is so; the collector is asked often, and takes what it likes each time. */
    static void await(BooleanSupplier done) {
        for (int i = 0; i < MOST_COLLECTIONS; i++) {
            System.gc();
            if (done.getAsBoolean()) {
                return;
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new AssertionError("the test was interrupted", e);
            }
        }
        throw new AssertionError("the collector did not take a handle that nobody has");
    }
}
