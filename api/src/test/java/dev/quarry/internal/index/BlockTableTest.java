package dev.quarry.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlockTableTest {
    private static final int MANY = 10_000;

    private final BlockTable table = new BlockTable();

    @Test
    void shouldStartInUseWithNothingElseSetWhenCreated() {
        int block = table.create(4096, 512, 7 << 2 | BlockTable.SMALL);
        assertThat(block).isEqualTo(1);
        assertThat(table.address(block)).isEqualTo(4096);
        assertThat(table.size(block)).isEqualTo(512);
        assertThat(table.segment(block)).isEqualTo(29);
        assertThat(table.state(block)).isEqualTo(BlockTable.IN_USE);
        assertNothingElseSet(block);
    }

    @Test
    void shouldGiveSameRowAgainWhenRecycled() {
        int first = table.create(1, 1, 0);
        int second = table.create(2, 2, 0);
        int third = table.create(3, 3, 0);
        table.recycle(first);
        table.recycle(third);
        assertThat(table.create(4, 4, 0)).isEqualTo(third);
        assertThat(table.create(5, 5, 0)).isEqualTo(first);
        assertThat(table.create(6, 6, 0)).isEqualTo(4);
        assertThat(table.address(second)).isEqualTo(2);
    }

    @Test
    void shouldForgetEverythingWhenRowIsUsedAgain() {
        int block = table.create(4096, 512, 5 << 2 | BlockTable.DEDICATED);
        int other = table.create(8192, 512, 0);
        table.join(other, block);
        table.join(block, other);
        table.setLinks(block, other, other);
        table.hold(block, 9, 500, 3);
        table.setSequence(block, 77);
        table.recycle(other);
        table.recycle(block);
        assertThat(table.state(block)).isZero();

        assertThat(table.create(16384, 1024, 0)).isEqualTo(block);
        assertThat(table.segment(block)).isZero();
        assertThat(table.state(block)).isEqualTo(BlockTable.IN_USE);
        assertNothingElseSet(block);
    }

    private void assertNothingElseSet(int block) {
        assertThat(table.previous(block)).isZero();
        assertThat(table.next(block)).isZero();
        assertThat(table.left(block)).isZero();
        assertThat(table.right(block)).isZero();
        assertThat(table.requested(block)).isZero();
        assertThat(table.tag(block)).isZero();
        assertThat(table.owner(block)).isZero();
        assertThat(table.sequence(block)).isZero();
    }

    @Test
    void shouldKeepEveryRowWhenTableGrowsOverPages() {
        for (int i = 1; i <= MANY; i++) {
            assertThat(table.create(i * 64L, i, i << 2)).isEqualTo(i);
        }
        for (int i = 1; i <= MANY; i++) {
            assertThat(table.address(i)).isEqualTo(i * 64L);
            assertThat(table.size(i)).isEqualTo(i);
            assertThat(table.segment(i)).isEqualTo(i << 2);
        }
    }

    @Test
    void shouldGiveDistinctRowsWhenManyAreRecycled() {
        for (int i = 0; i < MANY; i++) {
            table.create(i, 1, 0);
        }
        for (int i = 1; i <= MANY; i += 3) {
            table.recycle(i);
        }
        Set<Integer> again = new HashSet<>();
        for (int i = 1; i <= MANY; i += 3) {
            again.add(table.create(-1, 1, 0));
        }
        assertThat(again).hasSize((MANY + 2) / 3).allMatch(block -> block % 3 == 1 && block <= MANY);
    }

    @Test
    void shouldLinkBothWaysWhenJoined() {
        int a = table.create(0, 1, 0);
        int b = table.create(1, 1, 0);
        int c = table.create(2, 1, 0);
        table.join(b, c);
        table.join(a, b);
        assertThat(table.next(a)).isEqualTo(b);
        assertThat(table.previous(b)).isEqualTo(a);
        assertThat(table.next(b)).isEqualTo(c);
        assertThat(table.previous(c)).isEqualTo(b);
        assertThat(table.previous(a)).isZero();
        assertThat(table.next(c)).isZero();
    }

    @Test
    void shouldCutOneSideOnlyWhenJoinedToSegmentEnd() {
        int a = table.create(0, 1, 0);
        int b = table.create(1, 1, 0);
        int c = table.create(2, 1, 0);
        table.join(a, b);
        table.join(b, c);
        table.join(b, 0);
        assertThat(table.next(b)).isZero();
        assertThat(table.previous(b)).isEqualTo(a);
        table.join(0, b);
        assertThat(table.previous(b)).isZero();
        assertThat(table.next(a)).as("the neighbour's own link").isEqualTo(b);
    }

    @Test
    void shouldKeepOtherChildWhenOneIsSet() {
        int block = table.create(0, 1, 0);
        table.setLinks(block, 11, 22);
        table.setLeft(block, 33);
        assertThat(table.left(block)).isEqualTo(33);
        assertThat(table.right(block)).isEqualTo(22);
        table.setRight(block, Integer.MAX_VALUE);
        assertThat(table.left(block)).isEqualTo(33);
        assertThat(table.right(block)).isEqualTo(Integer.MAX_VALUE);
        table.setLeft(block, Integer.MAX_VALUE);
        table.setRight(block, 0);
        assertThat(table.left(block)).isEqualTo(Integer.MAX_VALUE);
        assertThat(table.right(block)).isZero();
    }

    @Test
    void shouldKeepSegmentAndRangeWhenHeld() {
        int block = table.create(4096, 512, 9 << 2 | BlockTable.SMALL);
        table.setOwner(block, 4, BlockTable.CACHED);
        table.hold(block, 6, 500, 3);
        assertThat(table.owner(block)).isEqualTo(6);
        assertThat(table.state(block)).isEqualTo(BlockTable.IN_USE);
        assertThat(table.requested(block)).isEqualTo(500);
        assertThat(table.tag(block)).isEqualTo(3);
        assertThat(table.segment(block)).isEqualTo(9 << 2 | BlockTable.SMALL);
        assertThat(table.address(block)).isEqualTo(4096);
        assertThat(table.size(block)).isEqualTo(512);
        table.hold(block, 7, 400, 0);
        assertThat(table.tag(block)).isZero();
    }

    @Test
    void shouldReplaceOwnerAndStateWhenSet() {
        int block = table.create(0, 1, 0);
        table.setOwner(block, Integer.MAX_VALUE, BlockTable.IN_TRANSIT);
        assertThat(table.owner(block)).isEqualTo(Integer.MAX_VALUE);
        assertThat(table.state(block)).isEqualTo(BlockTable.IN_TRANSIT);
        table.setOwner(block, 0, BlockTable.FREE);
        assertThat(table.owner(block)).isZero();
        assertThat(table.state(block)).isEqualTo(BlockTable.FREE);
    }

    @Test
    void shouldTellKindOfSegmentWhenNameSaysSo() {
        int plain = table.create(0, 1, 5 << 2);
        int small = table.create(0, 1, 5 << 2 | BlockTable.SMALL);
        int dedicated = table.create(0, 1, 5 << 2 | BlockTable.DEDICATED);
        assertThat(table.isSmall(plain)).isFalse();
        assertThat(table.isDedicated(plain)).isFalse();
        assertThat(table.isSmall(small)).isTrue();
        assertThat(table.isDedicated(small)).isFalse();
        assertThat(table.isSmall(dedicated)).isFalse();
        assertThat(table.isDedicated(dedicated)).isTrue();
    }

    @Test
    void shouldChangeRangeOnlyWhenRangeIsSet() {
        int block = table.create(4096, 512, 4);
        int other = table.create(8192, 512, 4);
        table.join(block, other);
        table.setSequence(block, Long.MAX_VALUE);
        table.setRange(block, 2048, 1L << 60);
        assertThat(table.address(block)).isEqualTo(2048);
        assertThat(table.size(block)).isEqualTo(1L << 60);
        assertThat(table.next(block)).isEqualTo(other);
        assertThat(table.sequence(block)).isEqualTo(Long.MAX_VALUE);
        assertThat(table.address(other)).isEqualTo(8192);
    }

    @Test
    void shouldPrecedeWhenSmallerOrLowerAmongEquals() {
        int low = table.create(4096, 512, 0);
        int high = table.create(8192, 512, 0);
        int top = table.create(0xFFFF_FFFF_0000_0000L, 512, 0);
        int small = table.create(16384, 64, 0);
        assertThat(table.precedes(small, low)).isTrue();
        assertThat(table.precedes(low, small)).isFalse();
        assertThat(table.precedes(low, high)).isTrue();
        assertThat(table.precedes(high, low)).isFalse();
        assertThat(table.precedes(high, top)).as("addresses are unsigned").isTrue();
        assertThat(table.precedes(top, high)).isFalse();
        assertThat(table.precedes(low, low)).isFalse();
    }
}
