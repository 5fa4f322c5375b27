package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The peak of allocated bytes under several threads: at least what all held whenever they rested, and at most what each
 * held at its own peak, together, and what caches can pass on during a count.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AllocatedPeakThreadsTest {
    private static final int THREADS = 4;
    private static final int STREAMS = 3;
    private static final int RESTS = 60;
    private static final int STEPS = 400;
    private static final int MOST_HELD = 24;
    private static final long CACHE_BYTES = 16 << 10;

    /** Sizes that stay as they are, on 512 bytes granules. */
    private static final Long[] SIZES = {512L, 1024L, 4096L, 16384L};

    private final long[] held = new long[THREADS];
    private final long[] most = new long[THREADS];
    private final List<AssertionError> failures = new ArrayList<>();
    private long mostAtRest;
    private long lastPeak;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLieBetweenWhatWasHeldTogetherAndApartWhenThreadsWork(boolean ownStreams) throws Exception {
        SimProvider provider = new SimProvider(SimOptions.builder()
                .schedule(SimSchedule.IMMEDIATE)
                .granule(512)
                .build());
        try (Quarry quarry = Quarry.builder().provider(provider).open();
                MemoryPool pool = quarry.openPool(
                        quarry.device("sim"),
                        MemoryKind.DEVICE,
                        PoolOptions.withoutEnvironment().cacheBytes(CACHE_BYTES).build())) {
            Device device = quarry.device("sim");
            List<Stream> shared = LongStream.range(0, STREAMS)
                    .mapToObj(i -> device.newStream())
                    .toList();
            CyclicBarrier rest = new CyclicBarrier(THREADS, () -> compareAtRest(pool));
            List<Future<?>> results = new ArrayList<>();
            try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
                for (int i = 0; i < THREADS; i++) {
                    int thread = i;
                    List<Stream> streams = ownStreams ? List.of(device.newStream()) : shared;
                    results.add(executor.submit(() -> {
                        work(pool, streams, thread, rest);
                        return null;
                    }));
                }
            }
            failures.forEach(failure -> {
                throw failure;
            });
            for (Future<?> result : results) {
                result.get();
            }
            compare(pool);
            assertThat(pool.statistics().allocatedBytes().current()).isZero();
            PoolValidator.validate(pool);
        }
        assertThat(mostAtRest).as("the threads held something").isPositive();
    }

    private void work(MemoryPool pool, List<Stream> streams, int thread, CyclicBarrier rest)
            throws InterruptedException, BrokenBarrierException {
        Dice dice = new Dice(System.nanoTime() + thread);
        List<Allocation> own = new ArrayList<>();
        for (int round = 0; round < RESTS; round++) {
            int target = dice.below(MOST_HELD);
            for (int step = 0; step < STEPS; step++) {
                if (own.isEmpty() || (own.size() < MOST_HELD && dice.below(MOST_HELD) < target)) {
                    own.add(pool.allocate(dice.pick(List.of(SIZES)), dice.pick(streams)));
                    held[thread] += own.getLast().byteSize();
                    most[thread] = Math.max(most[thread], held[thread]);
                } else {
                    Allocation freed = own.remove(dice.below(own.size()));
                    held[thread] -= freed.byteSize();
                    freed.close();
                }
            }
            rest.await();
        }
        for (Allocation allocation : own) {
            held[thread] -= allocation.byteSize();
            allocation.close();
        }
    }

    private void compareAtRest(MemoryPool pool) {
        try {
            compare(pool);
        } catch (AssertionError e) {
            failures.add(e);
            throw e;
        }
    }

    /** Compares while all threads rest. */
    private void compare(MemoryPool pool) {
        long now = LongStream.of(held).sum();
        mostAtRest = Math.max(mostAtRest, now);
        long apart = LongStream.of(most).sum();
        long passed = (STREAMS + THREADS) * (CACHE_BYTES + SIZES[SIZES.length - 1]);
        long peak = pool.statistics().allocatedBytes().peak();
        assertThat(pool.statistics().allocatedBytes().current()).isEqualTo(now);
        assertThat(peak).isBetween(Math.max(mostAtRest, lastPeak), apart + passed);
        lastPeak = peak;
    }
}
