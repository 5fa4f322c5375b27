package dev.quarry.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.quarry.internal.index.BlockTable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentTableTest {
    private final SegmentTable table = new SegmentTable();

    @Test
    void shouldKeepEverythingWhenSegmentIsAdded() {
        Segment segment = table.add(0, 4096, 8192, 17);
        assertThat(segment.number()).isZero();
        assertThat(segment.address()).isEqualTo(4096);
        assertThat(segment.bytes()).isEqualTo(8192);
        assertThat(segment.first()).isEqualTo(17);
        assertThat(segment.isSmall()).isFalse();
        assertThat(segment.isDedicated()).isFalse();
        assertThat(table.get(0)).isSameAs(segment);
        assertThat(table.count()).isEqualTo(1);
    }

    @Test
    void shouldFindByNameWhenNameCarriesKind() {
        table.add(0, 4096, 4096, 1);
        int name = table.nextNumber() << 2 | BlockTable.SMALL | BlockTable.DEDICATED;
        Segment segment = table.add(name, 8192, 4096, 2);
        assertThat(name).isEqualTo(7);
        assertThat(segment.number()).isEqualTo(1);
        assertThat(segment.name()).isEqualTo(name);
        assertThat(segment.isSmall()).isTrue();
        assertThat(segment.isDedicated()).isTrue();
        assertThat(table.get(name)).isSameAs(segment);
    }

    @Test
    void shouldUseNumberAgainWhenSegmentWasRemoved() {
        add(4096, 4096);
        Segment second = add(8192, 4096);
        add(16384, 4096);
        table.remove(second);
        assertThat(table.nextNumber()).isEqualTo(1);
        Segment again = add(32768, 4096);
        assertThat(again.number()).isEqualTo(1);
        assertThat(table.nextNumber()).isEqualTo(3);
        assertThat(table.get(again.name())).isSameAs(again);
    }

    @Test
    void shouldThrowWhenSegmentIsGone() {
        Segment segment = add(4096, 4096);
        table.remove(segment);
        assertThatIllegalStateException()
                .isThrownBy(() -> table.get(segment.name()))
                .withMessageContaining("no segment 0");
    }

    @Test
    void shouldFindByAddressWhenItLiesInside() {
        Segment low = add(4096, 100);
        Segment high = add(8192, 4096);
        assertThat(table.at(4095)).isNull();
        assertThat(table.at(4096)).isSameAs(low);
        assertThat(table.at(4195)).isSameAs(low);
        assertThat(table.at(4196)).as("behind the end").isNull();
        assertThat(table.at(8191)).isNull();
        assertThat(table.at(12287)).isSameAs(high);
        assertThat(table.at(12288)).isNull();
        table.remove(high);
        assertThat(table.at(8192)).isNull();
    }

    @Test
    void shouldOrderAddressesAsUnsignedWhenTopBitIsSet() {
        Segment top = add(0xFFFF_0000_0000_0000L, 4096);
        Segment low = add(4096, 4096);
        assertThat(table.at(0xFFFF_0000_0000_0FFFL)).isSameAs(top);
        assertThat(table.at(0x7FFF_FFFF_FFFF_FFFFL)).isNull();
        assertThat(inOrder()).containsExactly(low, top);
    }

    @Test
    void shouldSumByKindWhenSegmentsComeAndGo() {
        Segment small = table.add(BlockTable.SMALL, 4096, 100, 1);
        Segment large = table.add(1 << 2, 8192, 2000, 2);
        table.add(2 << 2 | BlockTable.DEDICATED, 16384, 30_000, 3);
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

    @Test
    void shouldRememberSinceWhenSegmentIsEmpty() {
        Segment segment = add(4096, 4096);
        segment.setEmptySince(-5);
        assertThat(segment.emptySince()).isEqualTo(-5);
    }

    private Segment add(long address, long bytes) {
        return table.add(table.nextNumber() << 2, address, bytes, 1);
    }

    private List<Segment> inOrder() {
        List<Segment> visited = new ArrayList<>();
        table.forEach(visited::add);
        return visited;
    }
}
