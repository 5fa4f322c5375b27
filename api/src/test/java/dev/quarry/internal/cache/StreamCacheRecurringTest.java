package dev.quarry.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Blocks beyond the small classes in a cache. */
class StreamCacheRecurringTest {
    private static final long SMALL = 4096;
    private static final long LARGE = 100_352;
    private static final long LARGEST = 1 << 20;
    private static final int OFTEN = 100;

    private final Blocks blocks = new Blocks();
    private final StreamCache cache = new StreamCache(new SizeClasses(512, 64 << 10), 64 << 10, blocks.store());

    @BeforeEach
    void open() {
        cache.limit(1024, SMALL, LARGEST);
    }

    @Test
    void shouldKeepNothingWhenSizeIsSeldom() {
        for (int i = 0; i < 5; i++) {
            assertThat(poll(LARGE)).isNull();
            assertThat(offer(LARGE)).isFalse();
        }
        assertThat(cache.isEmpty()).isTrue();
    }

    @Test
    void shouldKeepAndGiveWhenSizeRecurs() {
        ask(LARGE);
        Block block = kept(LARGE);
        assertThat(block.state()).isEqualTo(Block.CACHED);
        assertThat(block.owner()).isEqualTo(7);
        assertThat(cache.counters().bytes()).isEqualTo(LARGE);
        assertThat(poll(LARGE)).isSameAs(block);
        assertThat(poll(LARGE)).isNull();
        assertThat(cache.isEmpty()).isTrue();
    }

    @Test
    void shouldGiveExactSizeOnlyWhenAnotherIsOnTheSlot() {
        ask(LARGE);
        Block block = kept(LARGE);
        long rival = rival();
        for (int i = 0; i < 10 * OFTEN; i++) {
            assertThat(poll(rival)).isNull();
            assertThat(offer(rival)).as("the slot is not empty").isFalse();
        }
        assertThat(poll(LARGE)).isSameAs(block);
    }

    @Test
    void shouldServeAnotherSizeWhenSlotIsEmptyAndItIsAskedForMore() {
        ask(LARGE);
        assertThat(poll(LARGE)).isNull();
        long rival = rival();
        ask(rival);
        assertThat(offer(LARGE)).isFalse();
        Block block = kept(rival);
        assertThat(poll(rival)).isSameAs(block);
    }

    @Test
    void shouldLeaveRoomForSmallOnesWhenLargeOnesAreKept() {
        ask(LARGE);
        kept(LARGE);
        kept(LARGE);
        kept(512);
        kept(512);
        assertThat(offer(512)).as("beyond the bound of small ones").isFalse();
        assertThat(cache.counters().bytes()).isEqualTo(2 * LARGE + 1024);
    }

    @Test
    void shouldRefuseWhenSizeIsBeyondBound() {
        ask(LARGEST + 512);
        assertThat(offer(LARGEST + 512)).isFalse();
        ask(LARGE);
        cache.limit(1024, SMALL, LARGE - 512);
        assertThat(offer(LARGE)).isFalse();
        assertThat(poll(LARGE)).isNull();
    }

    @Test
    void shouldGiveAllAndForgetWhenDrained() {
        ask(LARGE);
        List<Block> kept = List.of(kept(LARGE), kept(LARGE), kept(512));
        List<Block> drained = new ArrayList<>();
        cache.drain(drained::add);
        assertThat(drained).containsExactlyInAnyOrderElementsOf(kept);
        assertThat(cache.isEmpty()).isTrue();
        assertThat(cache.counters().bytes()).isZero();
        assertThat(offer(LARGE)).as("it must prove itself again").isFalse();
        kept(512);
        kept(512);
        assertThat(offer(512)).as("the bound is as before").isFalse();
    }

    @Test
    void shouldCountLargeOnesTowardsCreditWhenTheyComeAndGo() {
        ask(LARGE);
        kept(LARGE);
        assertThat(cache.credit()).isEqualTo(LARGE);
        assertThat(cache.takeCredit()).isEqualTo(LARGE);
        assertThat(poll(LARGE)).isNotNull();
        assertThat(cache.isOverdrawn()).isTrue();
    }

    private void ask(long size) {
        for (int i = 0; i < OFTEN; i++) {
            assertThat(poll(size)).isNull();
        }
    }

    private static long rival() {
        long size = LARGE + 512;
        while (RecurringSizes.slotOf(size) != RecurringSizes.slotOf(LARGE)) {
            size += 512;
        }
        return size;
    }

    private @Nullable Block poll(long size) {
        return cache.poll(size, size);
    }

    private boolean offer(long size) {
        return offer(blocks.create(4096, size));
    }

    private boolean offer(Block block) {
        return cache.offer(block, block.size(), 7, block.size());
    }

    private Block kept(long size) {
        Block block = blocks.create(4096, size);
        assertThat(offer(block)).isTrue();
        return block;
    }
}
