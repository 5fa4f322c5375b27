package dev.quarry.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.LoneBlocks;
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

    private final LoneBlocks lone = new LoneBlocks();
    private final DeferredFrees deferred = new DeferredFrees();

    @Test
    void shouldBeEmptyWhenNothingWasPushed() {
        assertThat(deferred.isEmpty()).isTrue();
        assertThat(drained()).isEmpty();
    }

    @Test
    void shouldGiveEachBlockOnceWhenDrained() {
        Block one = lone.at(0, 64);
        Block two = lone.at(64, 64);
        deferred.push(one);
        deferred.push(two);
        assertThat(deferred.isEmpty()).isFalse();
        assertThat(drained()).containsExactlyInAnyOrder(one, two);
        assertThat(deferred.isEmpty()).isTrue();
        assertThat(drained()).isEmpty();
    }

    @Test
    void shouldAcceptBlockAgainWhenItWasDrained() {
        Block block = lone.at(0, 64);
        deferred.push(block);
        drained();
        deferred.push(block);
        assertThat(drained()).containsExactly(block);
    }

    @Test
    void shouldGoOnWhenConsumerChangesLinksOrPushes() {
        Block one = lone.at(0, 64);
        Block two = lone.at(64, 64);
        Block three = lone.at(128, 64);
        deferred.push(one);
        deferred.push(two);
        List<Block> seen = new ArrayList<>();
        deferred.drain(block -> {
            seen.add(block);
            block.setLeft(null);
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
        Block[] blocks = new Block[THREADS * EACH];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = lone.at(i, 64);
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
                        deferred.push(blocks[i]);
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
        assertThat(seen.cardinality()).isEqualTo(blocks.length);
    }

    private static void mark(BitSet seen, Block block) {
        assertThat(seen.get(block.number())).as("%s again", block).isFalse();
        seen.set(block.number());
    }

    private List<Block> drained() {
        List<Block> blocks = new ArrayList<>();
        deferred.drain(blocks::add);
        return blocks;
    }
}
