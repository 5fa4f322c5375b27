package dev.quarry.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class BlockTest {
    private final BlockStore store = new BlockStore();

    @Test
    void shouldStartInUseWithNothingElseSetWhenSegmentBegins() {
        Segment segment = new Segment(4096, 512, true, false, store);
        Block block = segment.first();
        assertThat(block.number()).isEqualTo(1);
        assertThat(block.address()).isEqualTo(4096);
        assertThat(block.size()).isEqualTo(512);
        assertThat(block.segment()).isSameAs(segment);
        assertThat(block.state()).isEqualTo(Block.IN_USE);
        assertThat(block.isWholeSegment()).isTrue();
        assertThat(block.left()).isNull();
        assertThat(block.right()).isNull();
        assertThat(block.requested()).isZero();
        assertThat(block.tag()).isZero();
        assertThat(block.owner()).isZero();
        assertThat(block.sequence()).isZero();
    }

    @Test
    void shouldLinkBothWaysWhenSplit() {
        Block a = block(4096, 100);
        Block c = store.split(a, 60);
        Block b = store.split(a, 10);
        assertThat(a.previous()).isNull();
        assertThat(a.next()).isSameAs(b);
        assertThat(b.previous()).isSameAs(a);
        assertThat(b.next()).isSameAs(c);
        assertThat(c.previous()).isSameAs(b);
        assertThat(c.next()).isNull();
        assertThat(a.isWholeSegment()).isFalse();
        assertThat(b.isWholeSegment()).isFalse();
        assertThat(c.isWholeSegment()).isFalse();
    }

    @Test
    void shouldTileWhatWasOneBlockWhenSplit() {
        Block a = block(4096, 100);
        Block c = store.split(a, 60);
        Block b = store.split(a, 10);
        assertRange(a, 4096, 10);
        assertRange(b, 4106, 50);
        assertRange(c, 4156, 40);
        assertThat(b.segment()).isSameAs(a.segment());
        assertThat(c.segment()).isSameAs(a.segment());
    }

    @Test
    void shouldCloseGapWhenNeighbourIsAbsorbed() {
        Block a = block(4096, 100);
        Block c = store.split(a, 60);
        store.split(a, 10);
        store.absorbNext(a);
        assertRange(a, 4096, 60);
        assertThat(a.next()).isSameAs(c);
        assertThat(c.previous()).isSameAs(a);
        store.absorbNext(a);
        assertRange(a, 4096, 100);
        assertThat(a.isWholeSegment()).isTrue();
    }

    @Test
    void shouldKeepOtherLinkWhenOneIsSet() {
        Block block = block(0, 1);
        Block one = block(1, 1);
        Block two = block(2, 1);
        block.setLeft(one);
        block.setRight(two);
        block.setLeft(two);
        assertThat(block.left()).isSameAs(two);
        assertThat(block.right()).isSameAs(two);
        block.setRight(null);
        assertThat(block.left()).isSameAs(two);
        assertThat(block.right()).isNull();
    }

    @Test
    void shouldKeepSegmentAndRangeWhenHeld() {
        Block block = block(4096, 512);
        Segment segment = block.segment();
        block.setOwner(4, Block.CACHED);
        block.hold(6, 500, 3);
        assertThat(block.owner()).isEqualTo(6);
        assertThat(block.state()).isEqualTo(Block.IN_USE);
        assertThat(block.requested()).isEqualTo(500);
        assertThat(block.tag()).isEqualTo(3);
        assertThat(block.segment()).isSameAs(segment);
        assertRange(block, 4096, 512);
        block.hold(7, 400, 0);
        assertThat(block.tag()).isZero();
    }

    @Test
    void shouldReplaceOwnerAndStateWhenSet() {
        Block block = block(0, 1);
        block.setOwner(Integer.MAX_VALUE, Block.IN_TRANSIT);
        assertThat(block.owner()).isEqualTo(Integer.MAX_VALUE);
        assertThat(block.state()).isEqualTo(Block.IN_TRANSIT);
        block.setOwner(0, Block.PENDING);
        assertThat(block.owner()).isZero();
        assertThat(block.state()).isEqualTo(Block.PENDING);
    }

    @Test
    void shouldBeFreeOfItsOwnerOnlyWhenFree() {
        Block block = block(0, 1);
        block.setOwner(3, Block.CACHED);
        assertThat(block.isFreeOf(3)).isFalse();
        block.setFree(3, Long.MAX_VALUE);
        assertThat(block.isFreeOf(3)).isTrue();
        assertThat(block.isFreeOf(0)).isFalse();
        assertThat(block.sequence()).isEqualTo(Long.MAX_VALUE);
        block.setOwner(3, Block.IN_TRANSIT);
        assertThat(block.isFreeOf(3)).isFalse();
    }

    @Test
    void shouldTellKindOfSegmentWhenSegmentHasOne() {
        Block plain = block(0, 1);
        Block small = new Segment(0, 8, true, false, store).first();
        Block dedicated = new Segment(0, 1, false, true, store).first();
        assertThat(plain.isSmall()).isFalse();
        assertThat(plain.isDedicated()).isFalse();
        assertThat(small.isSmall()).isTrue();
        assertThat(small.isDedicated()).isFalse();
        assertThat(store.split(small, 4).isSmall()).isTrue();
        assertThat(dedicated.isSmall()).isFalse();
        assertThat(dedicated.isDedicated()).isTrue();
    }

    @Test
    void shouldHaveNoSegmentWhenAbsorbed() {
        Block lower = block(4096, 100);
        Block upper = store.split(lower, 50);
        store.absorbNext(lower);
        assertThatIllegalStateException()
                .isThrownBy(upper::segment)
                .withMessageContaining("block " + upper.number() + " is in no segment");
        assertThat(upper.state()).isZero();
    }

    @Test
    void shouldPrecedeWhenSmallerOrLowerAmongEquals() {
        Block low = block(4096, 512);
        Block high = block(8192, 512);
        Block top = block(0xFFFF_FFFF_0000_0000L, 512);
        Block small = block(16384, 64);
        assertThat(small.precedes(low)).isTrue();
        assertThat(low.precedes(small)).isFalse();
        assertThat(low.precedes(high)).isTrue();
        assertThat(high.precedes(low)).isFalse();
        assertThat(high.precedes(top)).as("addresses are unsigned").isTrue();
        assertThat(top.precedes(high)).isFalse();
        assertThat(low.precedes(low)).isFalse();
    }

    @Test
    void shouldSayWhereItIsWhenPrinted() {
        assertThat(block(4096, 512)).hasToString("block 1 of 512 bytes at 0x1000");
    }

    private static void assertRange(Block block, long address, long size) {
        assertThat(block.address()).isEqualTo(address);
        assertThat(block.size()).isEqualTo(size);
    }

    private Block block(long address, long size) {
        return new Segment(address, size, false, false, store).first();
    }
}
