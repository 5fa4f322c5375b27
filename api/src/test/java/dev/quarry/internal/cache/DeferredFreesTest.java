package dev.quarry.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Blocks;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class DeferredFreesTest {
    private static final int THREADS = 3;
    private static final int EACH = 20_000;

    private final Blocks blocks = new Blocks();
    private final DeferredFrees deferred = new DeferredFrees();

    @Test
    void shouldBeEmptyWhenNothingWasPushed() {
        assertThat(deferred.isEmpty()).isTrue();
        assertThat(drained()).isEmpty();
    }

    @Test
    void shouldGiveEachBlockOnceWhenDrained() {
        Block one = blocks.create(0, 64);
        Block two = blocks.create(64, 64);
        deferred.push(one);
        deferred.push(two);
        assertThat(deferred.isEmpty()).isFalse();
        assertThat(drained()).containsExactlyInAnyOrder(one, two);
        assertThat(deferred.isEmpty()).isTrue();
        assertThat(drained()).isEmpty();
    }

    @Test
    void shouldAcceptBlockAgainWhenItWasDrained() {
        Block block = blocks.create(0, 64);
        deferred.push(block);
        drained();
        deferred.push(block);
        assertThat(drained()).containsExactly(block);
    }

    @Test
    void shouldGoOnWhenConsumerChangesLinksOrPushes() {
        Block one = blocks.create(0, 64);
        Block two = blocks.create(64, 64);
        Block three = blocks.create(128, 64);
        deferred.push(one);
        deferred.push(two);
        List<Block> seen = new ArrayList<>();
        deferred.drain(block -> {
            seen.add(block);
            block.setRight(null);
            if (block == two) {
                deferred.push(three);
            }
        });
        assertThat(seen).containsExactlyInAnyOrder(one, two);
        assertThat(drained()).containsExactly(three);
    }

    @Test
    void shouldLoseAndDoubleNothingWhenManyThreadsPush() throws Exception {
        List<Block> all = new ArrayList<>();
        for (int i = 0; i < THREADS * EACH; i++) {
            all.add(blocks.create(i, 64));
        }
        BitSet seen = new BitSet();
        CyclicBarrier start = new CyclicBarrier(THREADS + 1);
        try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> pushers = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int first = thread * EACH;
                pushers.add(executor.submit(() -> {
                    start.await();
                    for (int i = first; i < first + EACH; i++) {
                        deferred.push(all.get(i));
                    }
                    return null;
                }));
            }
            start.await();
            while (!pushers.stream().allMatch(Future::isDone)) {
                deferred.drain(block -> mark(seen, block));
            }
            for (Future<?> pusher : pushers) {
                pusher.get();
            }
        }
        deferred.drain(block -> mark(seen, block));
        assertThat(seen.cardinality()).isEqualTo(all.size());
    }

    private static void mark(BitSet seen, Block block) {
        assertThat(seen.get(block.number())).as("%s again", block).isFalse();
        seen.set(block.number());
    }

    private List<Block> drained() {
        List<Block> drained = new ArrayList<>();
        deferred.drain(drained::add);
        return drained;
    }
}
