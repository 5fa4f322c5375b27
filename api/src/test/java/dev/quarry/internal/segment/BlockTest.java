package dev.quarry.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BlockTest {
    private final Blocks blocks = new Blocks();

    @Test
    void shouldBeAllOfItsSegmentWhenNew() {
        Block block = blocks.create(4096, 8192);
        assertThat(block.address()).isEqualTo(4096);
        assertThat(block.size()).isEqualTo(8192);
        assertThat(block.state()).isEqualTo(Block.IN_USE);
        assertThat(block.isWholeSegment()).isTrue();
        assertThat(block.segment().first()).isSameAs(block);
        assertThat(List.of(block.owner(), block.tag())).containsOnly(0);
        assertThat(List.of(block.requested(), block.sequence())).containsOnly(0L);
    }

    @Test
    void shouldInheritOwnerStateAndSequenceWhenSplit() {
        Block lower = blocks.create(4096, 8192);
        lower.hold(3, 8000, 9);
        lower.setFree(5, 77);
        Block upper = blocks.store().split(lower, 1024);
        assertThat(upper.address()).isEqualTo(4096 + 1024);
        assertThat(upper.size()).isEqualTo(7168);
        assertThat(lower.size()).isEqualTo(1024);
        assertThat(upper.isFreeOf(5)).isTrue();
        assertThat(upper.sequence()).isEqualTo(77);
        assertThat(upper.requested()).as("what was asked for stays below").isZero();
        assertThat(upper.tag()).isZero();
        assertThat(upper.segment()).isSameAs(lower.segment());
        assertThat(lower.next()).isSameAs(upper);
        assertThat(upper.previous()).isSameAs(lower);
        assertThat(lower.isWholeSegment() || upper.isWholeSegment()).isFalse();
    }

    @Test
    void shouldBeOneAgainWhenNextIsAbsorbed() {
        Block first = blocks.create(0, 300);
        Block third = blocks.store().split(first, 200);
        Block second = blocks.store().split(first, 100);
        blocks.store().absorbNext(first);
        assertThat(first.size()).isEqualTo(200);
        assertThat(first.next()).isSameAs(third);
        assertThat(third.previous()).isSameAs(first);
        assertThat(second.state()).isZero();
        assertThat(blocks.create(0, 1)).as("used again").isSameAs(second);
    }

    @Test
    void shouldThrowWhenThereIsNoNextToAbsorb() {
        Block only = blocks.create(0, 300);
        assertThatIllegalStateException()
                .isThrownBy(() -> blocks.store().absorbNext(only))
                .withMessageContaining("last one of its segment");
    }

    @Test
    void shouldHaveNothingLeftWhenUsedAgain() {
        Block block = blocks.create(4096, 8192);
        Block upper = blocks.store().split(block, 4096);
        upper.hold(9, 500, 3);
        upper.setFree(4, 12);
        blocks.store().absorbNext(block);
        Block again = blocks.create(1 << 20, 64);
        assertThat(again).isSameAs(upper);
        assertThat(again.isWholeSegment()).isTrue();
        assertThat(List.of(again.owner(), again.tag())).containsOnly(0);
        assertThat(List.of(again.requested(), again.sequence())).containsOnly(0L);
    }

    @Test
    void shouldOrderBySizeThenUnsignedAddressWhenCompared() {
        Block small = blocks.create(900, 10);
        Block low = blocks.create(100, 20);
        Block high = blocks.create(-100, 20);
        assertThat(small.precedes(low)).isTrue();
        assertThat(low.precedes(small)).isFalse();
        assertThat(low.precedes(high)).isTrue();
        assertThat(high.precedes(low)).isFalse();
        assertThat(low.precedes(low)).isFalse();
    }

    @Test
    void shouldPrecedeWholeSegmentsWhenPartOfOneOfSameSize() {
        Block part = blocks.create(9000, 30);
        blocks.store().split(part, 20);
        Block whole = blocks.create(100, 20);
        assertThat(part.precedes(whole)).isTrue();
        assertThat(whole.precedes(part)).isFalse();
        assertThat(whole.precedes(blocks.create(50, 21)))
                .as("the size comes first")
                .isTrue();
    }

    @Test
    void shouldPrecedeSegmentFreedEarlierWhenBothAreWhole() {
        Block early = blocks.create(100, 20);
        Block late = blocks.create(200, 20);
        early.setFree(1, 7);
        late.setFree(1, 8);
        assertThat(late.precedes(early)).isTrue();
        assertThat(early.precedes(late)).isFalse();
        early.setFree(1, 8);
        assertThat(early.precedes(late)).as("the address decides").isTrue();
    }

    @Test
    void shouldKeepOtherLinkWhenOneIsSet() {
        Block block = blocks.create(0, 1);
        Block one = blocks.create(1, 1);
        Block two = blocks.create(2, 1);
        block.setLeft(one);
        block.setRight(two);
        block.setLeft(two);
        assertThat(block.right()).isSameAs(two);
        block.setRight(null);
        assertThat(block.left()).isSameAs(two);
        assertThat(block.right()).isNull();
    }

    @Test
    void shouldKeepSegmentAndRangeWhenHeld() {
        Block block = blocks.create(4096, 512);
        Segment segment = block.segment();
        block.setOwner(4, Block.CACHED);
        block.hold(6, 500, 3);
        assertThat(block.owner()).isEqualTo(6);
        assertThat(block.state()).isEqualTo(Block.IN_USE);
        assertThat(block.requested()).isEqualTo(500);
        assertThat(block.tag()).isEqualTo(3);
        assertThat(block.segment()).isSameAs(segment);
        assertThat(block.address()).isEqualTo(4096);
        assertThat(block.size()).isEqualTo(512);
        block.hold(7, 400, 0);
        assertThat(block.tag()).isZero();
    }

    @Test
    void shouldBeFreeOfItsOwnerOnlyWhenFree() {
        Block block = blocks.create(0, 1);
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
        Block plain = blocks.create(0, 1);
        Block small = blocks.segments().add(0, 8, true, false).first();
        Block dedicated = blocks.segments().add(8, 1, false, true).first();
        assertThat(plain.isSmall() || plain.isDedicated()).isFalse();
        assertThat(small.isSmall()).isTrue();
        assertThat(small.isDedicated()).isFalse();
        assertThat(blocks.store().split(small, 4).isSmall()).isTrue();
        assertThat(dedicated.isSmall()).isFalse();
        assertThat(dedicated.isDedicated()).isTrue();
    }

    @Test
    void shouldTellKindOfNewSegmentWhenBlockIsUsedAgain() {
        Segment small = blocks.segments().add(0, 8, true, false);
        Block block = small.first();
        blocks.segments().remove(small);
        Block again = blocks.create(0, 8);
        assertThat(again).isSameAs(block);
        assertThat(again.isSmall()).isFalse();
    }

    @Test
    void shouldSayWhereItIsWhenPrinted() {
        assertThat(blocks.create(4096, 512)).hasToString("block 1 of 512 bytes at 0x1000");
    }

    @Property(tries = 300)
    void shouldTileSegmentWhenSplitAndMergedAtRandom(
            @ForAll @Size(max = 80) List<@IntRange(min = -40, max = 40) Integer> steps) {
        Block first = blocks.create(4096, 1 << 20);
        for (int step : steps) {
            List<Block> all = all(first);
            Block block = all.get(Math.abs(step) % all.size());
            if (step > 0 && block.size() > 1) {
                blocks.store().split(block, Math.max(1, block.size() * step / 50));
            } else if (block.next() != null) {
                blocks.store().absorbNext(block);
            }
            long at = 4096;
            Block before = null;
            for (Block each : all(first)) {
                assertThat(each.address()).isEqualTo(at);
                assertThat(each.previous()).isSameAs(before);
                at += each.size();
                before = each;
            }
            assertThat(at).isEqualTo(4096 + (1 << 20));
            assertThat(all(first)).doesNotHaveDuplicates();
        }
    }

    private static List<Block> all(Block first) {
        List<Block> all = new ArrayList<>();
        for (Block block = first; block != null; block = block.next()) {
            all.add(block);
        }
        return all;
    }
}
