package dev.quarry.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentTableTest {
    private final SegmentTable table = new SegmentTable(new BlockStore(), new IdleClock(() -> 0));

    @Test
    void shouldKeepEverythingWhenSegmentIsAdded() {
        Segment segment = table.add(4096, 8192, true, false);
        assertThat(segment.address()).isEqualTo(4096);
        assertThat(segment.bytes()).isEqualTo(8192);
        assertThat(segment.isSmall()).isTrue();
        assertThat(segment.isDedicated()).isFalse();
        assertThat(segment.first().segment()).isSameAs(segment);
        assertThat(segment.first().size()).isEqualTo(8192);
        assertThat(segment.first().address()).isEqualTo(4096);
        assertThat(segment.first().state()).isEqualTo(Block.IN_USE);
        assertThat(table.count()).isEqualTo(1);
    }

    @Test
    void shouldUseBlockAgainWhenSegmentWasRemoved() {
        Segment first = add(4096, 4096);
        table.remove(first);
        assertThat(add(8192, 4096).first()).isSameAs(first.first());
    }

    @Test
    void shouldListSegmentsOnceWhenTheyBecameEmptyOften() {
        Segment empty = add(4096, 4096);
        Segment used = add(8192, 4096);
        Segment gone = add(16384, 4096);
        for (Segment segment : List.of(empty, used, gone, empty)) {
            segment.first().setFree(0, 0);
            table.noteEmpty(segment);
        }
        used.first().hold(0, 1, 0);
        table.remove(gone);
        assertThat(table.empty()).containsExactly(empty);
        used.first().setFree(0, 0);
        table.noteEmpty(used);
        assertThat(table.empty()).containsExactlyInAnyOrder(empty, used);
    }

    @Test
    void shouldOrderAddressesAsUnsignedWhenTopBitIsSet() {
        Segment top = add(0xFFFF_0000_0000_0000L, 4096);
        Segment low = add(4096, 4096);
        assertThat(inOrder()).containsExactly(low, top);
    }

    @Test
    void shouldSumByKindWhenSegmentsComeAndGo() {
        Segment small = table.add(4096, 100, true, false);
        Segment large = table.add(8192, 2000, false, false);
        table.add(16384, 30_000, false, true);
        assertThat(table.bytes()).isEqualTo(32_100);
        assertThat(table.bytes(true)).isEqualTo(100);
        assertThat(table.bytes(false)).isEqualTo(32_000);
        table.remove(small);
        assertThat(table.bytes(true)).isZero();
        assertThat(table.bytes(false)).isEqualTo(32_000);
        table.remove(large);
        assertThat(table.bytes()).isEqualTo(30_000);
        assertThat(table.count()).isEqualTo(1);
    }

    @Test
    void shouldVisitByAddressWhenAddedInAnyOrder() {
        Segment third = add(3 << 12, 1);
        Segment first = add(1 << 12, 1);
        Segment second = add(2 << 12, 1);
        assertThat(inOrder()).containsExactly(first, second, third);
    }

    private Segment add(long address, long bytes) {
        return table.add(address, bytes, false, false);
    }

    private List<Segment> inOrder() {
        List<Segment> visited = new ArrayList<>();
        table.forEach(visited::add);
        return visited;
    }
}
