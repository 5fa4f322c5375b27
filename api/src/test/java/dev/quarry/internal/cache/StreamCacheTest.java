package dev.quarry.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StreamCacheTest {
    private static final long LARGEST = 64 << 10;
    private static final int OWNER = 5;

    private final Blocks blocks = new Blocks();
    private final SizeClasses classes = new SizeClasses(64, LARGEST);
    private final StreamCache cache = new StreamCache(classes, LARGEST, blocks.store());

    @Test
    void shouldKeepNothingWhenNoBoundsAreSet() {
        Block block = block(64);
        assertThat(offer(block)).isFalse();
        assertThat(poll(64)).isNull();
        assertThat(block.state()).as("the block stays its holder's").isEqualTo(Block.IN_USE);
    }

    @Test
    void shouldGiveLastFirstWhenSeveralAreKept() {
        cache.limit(1 << 20, LARGEST, 0);
        Block first = kept(128);
        Block second = kept(128);
        Block third = kept(128);
        assertThat(poll(128)).isEqualTo(third);
        assertThat(poll(128)).isEqualTo(second);
        Block fourth = kept(128);
        assertThat(poll(128)).isEqualTo(fourth);
        assertThat(poll(128)).isEqualTo(first);
        assertThat(poll(128)).isNull();
    }

    @Test
    void shouldKeepClassesApartWhenSizesDiffer() {
        cache.limit(1 << 20, LARGEST, 0);
        Block small = kept(64);
        Block large = kept(LARGEST);
        assertThat(poll(128)).isNull();
        assertThat(poll(LARGEST)).isEqualTo(large);
        assertThat(poll(64)).isEqualTo(small);
    }

    @Test
    void shouldMarkOwnerAndStateWhenBlockIsKept() {
        cache.limit(1 << 20, LARGEST, 0);
        Block block = kept(64);
        assertThat(block.owner()).isEqualTo(OWNER);
        assertThat(block.state()).isEqualTo(Block.CACHED);
    }

    @Test
    void shouldServeEveryClassWhenLargestIsItsOwn() {
        cache.limit(1L << 40, LARGEST, 0);
        for (int sizeClass = 0; sizeClass <= classes.classOf(LARGEST); sizeClass++) {
            Block block = kept(classes.sizeOf(sizeClass));
            assertThat(cache.poll(classes.sizeOf(sizeClass), 1)).isEqualTo(block);
        }
        assertThat(cache.poll(LARGEST + 64, 1)).as("a class beyond").isNull();
    }

    @Test
    void shouldGrowWhenManyOfOneClassAreKept() {
        cache.limit(1 << 20, LARGEST, 0);
        List<Block> kept = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            kept.add(kept(64));
        }
        for (Block block : kept.reversed()) {
            assertThat(poll(64)).isEqualTo(block);
        }
    }

    @Test
    void shouldRefuseWhenBytesWouldExceedBound() {
        cache.limit(256, LARGEST, 0);
        kept(128);
        assertThat(offer(block(192))).isFalse();
        Block fitting = kept(128);
        assertThat(cache.counters().bytes()).isEqualTo(256);
        assertThat(offer(block(64))).isFalse();
        assertThat(poll(128)).isEqualTo(fitting);
        kept(64);
    }

    @Test
    void shouldRefuseWhenBlockIsLargerThanBound() {
        cache.limit(1 << 20, 128, 0);
        assertThat(offer(block(192))).isFalse();
        kept(128);
    }

    @Test
    void shouldGiveWhatItHoldsToDrainAloneWhenLimitBecomesZero() {
        cache.limit(1 << 20, LARGEST, 0);
        Block kept = kept(64);
        cache.limit(0, 0, 0);
        assertThat(offer(block(64))).isFalse();
        assertThat(cache.counters().bytes()).isEqualTo(64);
        assertThat(poll(64)).isNull();
        List<Block> drained = new ArrayList<>();
        cache.drain(drained::add);
        assertThat(drained).containsExactly(kept);
    }

    @Test
    void shouldBecomeStaleWhenFullForLong() {
        cache.limit(64, LARGEST, 0);
        kept(64);
        Block refused = block(64);
        for (int i = 0; i < 1024; i++) {
            offer(refused);
        }
        assertThat(cache.isStale()).isFalse();
        offer(refused);
        assertThat(cache.isStale()).isTrue();
    }

    @Test
    void shouldNotBecomeStaleWhenEmpty() {
        Block refused = block(64);
        for (int i = 0; i < 2000; i++) {
            offer(refused);
        }
        assertThat(cache.isStale()).isFalse();
    }

    @Test
    void shouldNotBecomeStaleWhenSomethingIsKeptBetweenRefusals() {
        cache.limit(128, LARGEST, 0);
        kept(64);
        Block refused = block(128);
        for (int i = 0; i < 2000; i++) {
            offer(refused);
            if (i % 1000 == 0) {
                Block block = kept(64);
                assertThat(poll(64)).isEqualTo(block);
            }
        }
        assertThat(cache.isStale()).isFalse();
    }

    @Test
    void shouldGiveAllAndBeFreshWhenDrained() {
        cache.limit(64 + 128 + 128, LARGEST, 0);
        Block one = kept(64);
        Block two = kept(128);
        Block three = kept(128);
        for (int i = 0; i < 1100; i++) {
            offer(block(64));
        }
        assertThat(cache.isStale()).isTrue();
        List<Block> drained = new ArrayList<>();
        cache.drain(drained::add);
        assertThat(drained).containsExactlyInAnyOrder(one, two, three);
        assertThat(cache.counters().bytes()).isZero();
        assertThat(cache.isStale()).isFalse();
        assertThat(poll(64)).isNull();
        assertThat(poll(128)).isNull();
        assertThat(kept(128)).isEqualTo(poll(128));
    }

    @Test
    void shouldVisitWithoutTakingWhenVisited() {
        cache.limit(1 << 20, LARGEST, 0);
        Block one = kept(64);
        Block two = kept(4096);
        List<Block> visited = new ArrayList<>();
        cache.forEach(visited::add);
        assertThat(visited).containsExactlyInAnyOrder(one, two);
        assertThat(poll(4096)).isEqualTo(two);
    }

    @Test
    void shouldNotWaitWhenCacheIsTaken() {
        cache.limit(1 << 20, LARGEST, 0);
        kept(64);
        Block other = block(64);
        List<Boolean> answers = new ArrayList<>();
        cache.forEach(block -> {
            answers.add(poll(64) != null);
            answers.add(offer(other));
        });
        assertThat(answers).containsExactly(false, false);
        assertThat(offer(other)).as("afterwards").isTrue();
    }

    @Test
    void shouldCountOnlyWhatWasServedWhenUsed() {
        cache.limit(256, LARGEST, 0);
        assertThat(cache.offer(block(64), 64, OWNER, 50)).isTrue();
        assertThat(cache.offer(block(128), 128, OWNER, 100)).isTrue();
        assertThat(cache.offer(block(128), 128, OWNER, 90))
                .as("beyond the bound")
                .isFalse();
        assertThat(cache.poll(128, 70)).isNotNull();
        assertThat(cache.poll(128, 71)).as("a miss").isNull();
        assertThat(cache.counters()).isEqualTo(new StreamCache.Counters(64, 1, 2, 128, 64 + 128, 70, 50 + 100));
        cache.drain(block -> {});
        assertThat(cache.counters())
                .as("drained blocks are neither hits nor returns")
                .isEqualTo(new StreamCache.Counters(0, 1, 2, 128, 64 + 128, 70, 50 + 100));
    }

    @Test
    void shouldAddEachFigureWhenCountersAreSummed() {
        StreamCache.Counters sum = new StreamCache.Counters(1, 2, 3, 4, 5, 6, 7)
                .plus(new StreamCache.Counters(10, 20, 30, 40, 50, 60, 70));
        assertThat(sum).isEqualTo(new StreamCache.Counters(11, 22, 33, 44, 55, 66, 77));
        assertThat(StreamCache.Counters.NONE.plus(sum)).isEqualTo(sum);
    }

    private @Nullable Block poll(long size) {
        return cache.poll(size, size);
    }

    private boolean offer(Block block) {
        return cache.offer(block, block.size(), OWNER, block.size());
    }

    private Block kept(long size) {
        Block block = block(size);
        assertThat(offer(block)).isTrue();
        return block;
    }

    private Block block(long size) {
        return blocks.create(4096, size);
    }
}
