package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** The peak of allocated bytes under one thread: exactly the most that it held. */
class AllocatedPeakTest {
    @Example
    void shouldBeRunningMaximumWhenSeedsAreFixed() {
        for (long seed = 0; seed < 40; seed++) {
            PeakSequence.run(seed, 1500, 1);
        }
    }

    @Property(tries = 150, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void shouldBeRunningMaximumWhenOperationsAreRandom(@ForAll long seed) {
        PeakSequence.run(seed, 1500, 1);
    }

    /** Looking at the statistics takes the pool's lock: what that sees to must not be what makes the peak right. */
    @Property(tries = 150, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void shouldBeRunningMaximumWhenSeldomLookedAt(@ForAll long seed) {
        PeakSequence.run(seed, 1500, 300);
    }

    @Example
    void shouldKeepPeakWhenBytesMoveThroughCaches() {
        SimProvider provider = new SimProvider(SimOptions.defaults());
        try (Quarry quarry = Quarry.builder().provider(provider).open();
                MemoryPool pool = quarry.openPool(
                        quarry.device("sim"),
                        MemoryKind.DEVICE,
                        PoolOptions.withoutEnvironment().build())) {
            List<Stream> streams = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                streams.add(quarry.device("sim").newStream());
            }
            check(pool, 0);
            pool.allocateAll(streams.getFirst(), 4096, 4096).forEach(Allocation::close);
            check(pool, 8192);
            for (Stream stream : streams) {
                pool.allocate(4096, stream).close();
                check(pool, 8192);
            }
            // All three caches have a block now, and the credit is with those that were asked first.
            Allocation first = pool.allocate(4096, streams.getFirst());
            Allocation second = pool.allocate(4096, streams.get(1));
            check(pool, 8192);
            Allocation third = pool.allocate(4096, streams.get(2));
            check(pool, 12288);
            first.close();
            second.close();
            third.close();
            check(pool, 12288);
            streams.getFirst().close();
            pool.trim();
            check(pool, 12288);
            pool.allocate(12288, streams.get(1)).close();
            check(pool, 12288);
            pool.allocate(16384, streams.get(1)).close();
            check(pool, 16384);
        }
    }

    private static void check(MemoryPool pool, long peak) {
        PoolBook.equal("peak", pool.statistics().allocatedBytes().peak(), peak);
    }
}
