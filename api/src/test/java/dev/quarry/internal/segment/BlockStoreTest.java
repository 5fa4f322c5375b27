package dev.quarry.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlockStoreTest {
    private static final int MANY = 10_000;

    private final BlockStore store = new BlockStore();

    @Test
    void shouldGiveSameBlockAgainWhenRecycled() {
        Block first = block(1, 1);
        Block second = block(2, 2);
        Block third = block(3, 3);
        store.recycle(first);
        store.recycle(third);
        assertThat(block(4, 4)).isSameAs(third);
        assertThat(block(5, 5)).isSameAs(first);
        assertThat(block(6, 6).number()).isEqualTo(4);
        assertThat(second.address()).isEqualTo(2);
    }

    @Test
    void shouldFindEachBlockByItsNumberWhenThereAreMany() {
        assertThat(store.block(0)).isNull();
        for (int number = 1; number <= MANY; number++) {
            Block block = block(number, 1);
            assertThat(block.number()).isEqualTo(number);
            assertThat(store.block(number)).isSameAs(block);
        }
        Block first = store.block(1);
        assertThat(first).isNotNull().extracting(Block::address).isEqualTo(1L);
    }

    @Test
    void shouldForgetEverythingWhenBlockBeginsSegmentAgain() {
        Block block = absorbed();
        Segment segment = new Segment(16384, 1024, false, true, store);
        assertThat(segment.first()).isSameAs(block);
        assertThat(block.segment()).isSameAs(segment);
        assertThat(block.address()).isEqualTo(16384);
        assertThat(block.size()).isEqualTo(1024);
        assertThat(block.isWholeSegment()).isTrue();
        assertThat(block.requested()).isZero();
        assertThat(block.tag()).isZero();
        assertThat(block.owner()).isZero();
        assertThat(block.state()).isEqualTo(Block.IN_USE);
        assertThat(block.sequence()).isZero();
    }

    @Test
    void shouldForgetEverythingWhenBlockIsUpperPartAgain() {
        Block lower = block(16384, 1024);
        Block block = absorbed();
        Block upper = store.split(lower, 1000);
        assertThat(upper).isSameAs(block);
        assertThat(upper.segment()).isSameAs(lower.segment());
        assertThat(upper.address()).isEqualTo(17384);
        assertThat(upper.size()).isEqualTo(24);
        assertThat(upper.previous()).isSameAs(lower);
        assertThat(upper.next()).isNull();
        assertThat(upper.requested()).isZero();
        assertThat(upper.tag()).isZero();
        assertThat(upper.owner()).isZero();
        assertThat(upper.state()).isEqualTo(Block.IN_USE);
        assertThat(upper.sequence()).isZero();
    }

    @Test
    void shouldHandDownOwnerStateAndSequenceWhenSplit() {
        Block lower = block(4096, 1024);
        lower.hold(2, 1000, 7);
        lower.setFree(5, 77);
        Block upper = store.split(lower, 512);
        assertThat(upper.owner()).isEqualTo(5);
        assertThat(upper.state()).isEqualTo(Block.FREE);
        assertThat(upper.sequence()).isEqualTo(77);
        assertThat(upper.requested()).isZero();
        assertThat(upper.tag()).isZero();
        assertThat(lower.owner()).isEqualTo(5);
        assertThat(lower.state()).isEqualTo(Block.FREE);
        assertThat(lower.requested()).isEqualTo(1000);
    }

    @Test
    void shouldThrowAndChangeNothingWhenLastBlockShouldAbsorbNext() {
        Block lower = block(4096, 1024);
        Block upper = store.split(lower, 512);
        assertThatIllegalStateException()
                .isThrownBy(() -> store.absorbNext(upper))
                .withMessageContaining("the last one of its segment");
        assertThat(upper.size()).isEqualTo(512);
        assertThat(upper.previous()).isSameAs(lower);
    }

    @Test
    void shouldMakeNoBlockWhenOneIsIdle() {
        Block lower = block(4096, 1024);
        for (int i = 1; i < 1000; i++) {
            assertThat(store.split(lower, i).number()).isEqualTo(2);
            store.absorbNext(lower);
        }
        assertThat(lower.size()).isEqualTo(1024);
    }

    @Test
    void shouldGiveDistinctBlocksWhenManyAreRecycled() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 1; i <= MANY; i++) {
            blocks.add(block(i, 1));
            assertThat(blocks.getLast().number()).isEqualTo(i);
        }
        for (int i = 0; i < MANY; i += 3) {
            store.recycle(blocks.get(i));
        }
        Set<Integer> again = new HashSet<>();
        for (int i = 0; i < MANY; i += 3) {
            again.add(block(-1, 1).number());
        }
        assertThat(again).hasSize((MANY + 2) / 3).allMatch(number -> number % 3 == 1 && number <= MANY);
    }

    @Test
    void shouldTileSegmentWhenSplitAndAbsorbedAtRandom() {
        Random random = new Random(11);
        Segment segment = new Segment(1 << 20, 1 << 12, false, false, store);
        for (int step = 0; step < 5000; step++) {
            List<Block> blocks = tiles(segment);
            Block block = blocks.get(random.nextInt(blocks.size()));
            boolean grow = step % 1000 < 500;
            if (block.size() > 1 && random.nextInt(10) < (grow ? 7 : 3)) {
                store.split(block, 1 + random.nextInt((int) block.size() - 1));
            } else if (block.next() != null) {
                store.absorbNext(block);
            }
        }
        tiles(segment);
    }

    /** Returns a segment's blocks after checking that they tile it, that links agree, and that no two have one number. */
    private static List<Block> tiles(Segment segment) {
        List<Block> blocks = new ArrayList<>();
        Set<Integer> numbers = new HashSet<>();
        long at = segment.address();
        Block before = null;
        for (Block block = segment.first(); block != null; block = block.next()) {
            assertThat(block.previous()).isSameAs(before);
            assertThat(block.address()).isEqualTo(at);
            assertThat(block.size()).isPositive();
            assertThat(block.segment()).isSameAs(segment);
            assertThat(numbers.add(block.number())).isTrue();
            blocks.add(block);
            at += block.size();
            before = block;
        }
        assertThat(at).isEqualTo(segment.address() + segment.bytes());
        return blocks;
    }

    /** Returns a block that was absorbed, and had everything set that can be. */
    private Block absorbed() {
        Block before = block(4096, 512);
        Block after = store.split(before, 400);
        Block block = store.split(before, 200);
        block.setLeft(after);
        block.setRight(after);
        block.hold(9, 500, 3);
        block.setFree(8, 77);
        store.absorbNext(before);
        return block;
    }

    private Block block(long address, long size) {
        return new Segment(address, size, false, false, store).first();
    }
}
