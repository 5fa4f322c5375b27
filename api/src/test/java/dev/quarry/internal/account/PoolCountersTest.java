package dev.quarry.internal.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class PoolCountersTest {
    private static final int THREADS = 3;

    private final PoolCounters counters = new PoolCounters();

    @Test
    void shouldKeepPeakWhenBytesAreFreed() {
        counters.allocated(100);
        counters.allocated(50);
        counters.freed(120);
        assertThat(counters.allocated()).isEqualTo(30);
        assertThat(counters.allocatedPeak()).isEqualTo(150);
        counters.allocated(119);
        assertThat(counters.allocatedPeak()).isEqualTo(150);
        counters.allocated(2);
        assertThat(counters.allocatedPeak()).isEqualTo(151);
    }

    @Test
    void shouldLoseNothingWhenManyThreadsCount() throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> threads = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                threads.add(executor.submit(() -> {
                    start.await();
                    for (int i = 0; i < 20_000; i++) {
                        counters.allocated(8);
                        counters.freed(8);
                    }
                    counters.allocated(1000);
                    return null;
                }));
            }
            for (Future<?> thread : threads) {
                thread.get();
            }
        }
        assertThat(counters.allocated()).isEqualTo(THREADS * 1000);
        assertThat(counters.allocatedPeak()).isBetween(THREADS * 1000L, THREADS * 1008L);
    }
}
