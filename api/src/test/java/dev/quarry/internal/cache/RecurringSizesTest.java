package dev.quarry.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Blocks;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a stream cache does with sizes beyond the small classes. */
class RecurringSizesTest {
    private static final long SMALL = 4096;
    private static final long MOST = 1 << 20;

    private final Blocks blocks = new Blocks();
    private final StreamCache cache = new StreamCache(new SizeClasses(64, SMALL), SMALL, blocks.store());

    @Test
    void shouldKeepSizeWhenItRecurs() {
        cache.limit(MOST, SMALL, MOST);
        assertThat(hitsOf(100, 64 << 10)).isGreaterThan(70);
    }

    @Test
    void shouldKeepAsManyAsAreWantedAtOnceWhenSizeRecurs() {
        cache.limit(MOST, SMALL, MOST);
        int hits = 0;
        for (int round = 0; round < 20; round++) {
            ArrayDeque<Block> held = new ArrayDeque<>();
            for (int i = 0; i < 100; i++) {
                Block got = cache.poll(MOST, MOST);
                hits += got == null ? 0 : 1;
                held.push(got == null ? blocks.create(0, MOST) : got);
            }
            held.forEach(this::give);
        }
        assertThat(hits).isGreaterThan(1500);
        assertThat(cache.counters().bytes()).isLessThanOrEqualTo(100 * MOST);
    }

    @Test
    void shouldKeepNothingWhenSizesVary() {
        cache.limit(MOST, SMALL, MOST);
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            long size = 64L * random.nextInt(65, 16 << 10);
            assertThat(cache.poll(size, size)).isNull();
            give(blocks.create(0, size));
        }
        assertThat(cache.counters().returns()).isLessThan(20);
    }

    @Test
    void shouldFindNewSizeWhenUseChanges() {
        cache.limit(MOST, SMALL, MOST);
        hitsOf(1000, 64 << 10);
        cache.drain(block -> {});
        assertThat(hitsOf(1000, 96 << 10)).isGreaterThan(900);
    }

    @Test
    void shouldProveItselfAgainWhenItWasDrainedUnused() {
        cache.limit(MOST, SMALL, MOST);
        hitsOf(100, 64 << 10);
        cache.drain(block -> {});
        assertThat(cache.counters().bytes()).isZero();
        give(blocks.create(0, 64 << 10));
        assertThat(cache.counters().bytes()).as("not at once").isZero();
        assertThat(hitsOf(100, 64 << 10)).isGreaterThan(70);
    }

    @Test
    void shouldKeepNothingWhenSizeIsBeyondBound() {
        cache.limit(MOST, SMALL, MOST);
        assertThat(hitsOf(1000, MOST + 64)).isZero();
        cache.limit(MOST, SMALL, 0);
        assertThat(hitsOf(1000, 64 << 10)).isZero();
    }

    @Test
    void shouldNotUseUpBoundOfSmallOnesWhenSizeRecurs() {
        cache.limit(128, SMALL, MOST);
        assertThat(hitsOf(100, 64 << 10)).isPositive();
        assertThat(cache.counters().bytes()).isEqualTo(64 << 10);
        Block small = blocks.create(0, 128);
        assertThat(cache.offer(small, 128, 1, 128)).isTrue();
        assertThat(cache.poll(128, 128)).isSameAs(small);
    }

    @Test
    void shouldGiveExactSizeOnlyWhenManySizesShareTheTable() {
        cache.limit(MOST, SMALL, MOST);
        Random random = new Random(9);
        long[] sizes = random.longs(200, 65, 16 << 10).map(n -> n * 64).toArray();
        for (int i = 0; i < 50_000; i++) {
            long size = sizes[random.nextInt(1 + i / 300) % sizes.length];
            Block got = cache.poll(size, size);
            if (got != null) {
                assertThat(got.size()).isEqualTo(size);
            }
            give(got == null ? blocks.create(0, size) : got);
        }
        assertThat(cache.counters().hits()).isPositive();
    }

    /** Takes and gives a size again and again; returns how often the cache had one. */
    private int hitsOf(int times, long size) {
        int hits = 0;
        for (int i = 0; i < times; i++) {
            Block got = cache.poll(size, size);
            hits += got == null ? 0 : 1;
            give(got == null ? blocks.create(0, size) : got);
        }
        return hits;
    }

    private void give(Block block) {
        cache.offer(block, block.size(), 1, block.size());
    }
}
