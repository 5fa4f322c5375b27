package dev.quarry.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Blocks;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StreamCacheThreadsTest {
    private static final int THREADS = 3;
    private static final int ROUNDS = 20_000;
    private static final int BLOCKS = 8;

    private final Blocks blocks = new Blocks();
    private final SizeClasses classes = new SizeClasses(64, 4096);
    private final StreamCache cache = new StreamCache(classes, 4096, blocks.store());

    /** Who holds a block: 0 the cache, 1 a thread. */
    private final AtomicIntegerArray held = new AtomicIntegerArray(THREADS * BLOCKS + 1);

    @Test
    void shouldGiveEachBlockToOneThreadWhenManyPollOfferAndDrain() throws Exception {
        cache.limit(1 << 20, 4096, 0);
        @Nullable Block[][] own = new Block[THREADS][BLOCKS];
        for (Block[] some : own) {
            for (int i = 0; i < BLOCKS; i++) {
                Block block = blocks.create(4096, 64);
                some[i] = block;
                held.set(block.number(), 1);
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
    private int trade(@Nullable Block[] own, boolean drains) {
        int balance = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int at = round % BLOCKS;
            Block block = own[at];
            if (block == null) {
                Block got = cache.poll(64, 1);
                own[at] = got;
                if (got != null) {
                    assertThat(held.getAndSet(got.number(), 1)).as("holders").isZero();
                    balance--;
                }
            } else {
                held.set(block.number(), 0);
                if (cache.offer(block, 64, 1, 1)) {
                    own[at] = null;
                    balance++;
                } else {
                    held.set(block.number(), 1);
                }
            }
            if (drains && round % 1000 == 0) {
                int[] drained = {0};
                cache.drain(freed -> {
                    assertThat(held.getAndSet(freed.number(), 1)).as("holders").isZero();
                    drained[0]++;
                });
                balance -= drained[0];
            }
        }
        return balance;
    }
}
