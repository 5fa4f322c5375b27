package dev.quarry.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.index.BlockTable;
import dev.quarry.internal.index.SizeClasses;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StreamCacheThreadsTest {
    private static final int THREADS = 3;
    private static final int ROUNDS = 20_000;
    private static final int BLOCKS = 8;

    private final BlockTable table = new BlockTable();
    private final SizeClasses classes = new SizeClasses(64, 4096);
    private final StreamCache cache = new StreamCache(table, classes, 4096);

    /** Who holds a block: 0 the cache, 1 a thread. */
    private final AtomicIntegerArray held = new AtomicIntegerArray(THREADS * BLOCKS + 1);

    @Test
    void shouldGiveEachBlockToOneThreadWhenManyPollOfferAndDrain() throws Exception {
        cache.limit(1 << 20, 4096);
        int[][] own = new int[THREADS][BLOCKS];
        for (int[] blocks : own) {
            for (int i = 0; i < BLOCKS; i++) {
                blocks[i] = table.create(4096, 64, 0);
                held.set(blocks[i], 1);
            }
        }
        CyclicBarrier start = new CyclicBarrier(THREADS);
        try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
            var work = IntStream.range(0, THREADS)
                    .<Callable<Integer>>mapToObj(thread -> () -> {
                        start.await();
                        return trade(own[thread], thread == 0);
                    })
                    .toList();
            int kept = 0;
            for (Future<Integer> balance : executor.invokeAll(work)) {
                kept += balance.get();
            }
            assertThat(cache.counters().bytes()).isEqualTo(kept * 64L);
        }
    }

    /** Offers and polls, and returns how many blocks more were offered than got. */
    private int trade(int[] blocks, boolean drains) {
        int balance = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int at = round % BLOCKS;
            if (blocks[at] == 0) {
                blocks[at] = cache.poll(0, 1);
                if (blocks[at] != 0) {
                    assertThat(held.getAndSet(blocks[at], 1)).as("holders").isZero();
                    balance--;
                }
            } else {
                held.set(blocks[at], 0);
                if (cache.offer(blocks[at], 64, 1, 1)) {
                    blocks[at] = 0;
                    balance++;
                } else {
                    held.set(blocks[at], 1);
                }
            }
            if (drains && round % 1000 == 0) {
                int[] drained = {0};
                cache.drain(block -> {
                    assertThat(held.getAndSet(block, 1)).as("holders").isZero();
                    drained[0]++;
                });
                balance -= drained[0];
            }
        }
        return balance;
    }
}
