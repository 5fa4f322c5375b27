package dev.quarry.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SegmentTableTest {
    private final BlockStore blocks = new BlockStore();
    private final AtomicLong time = new AtomicLong();
    private final IdleClock clock = new IdleClock(time::get);
    private final SegmentTable table = new SegmentTable(blocks, clock);

    @Test
    void shouldKeepEverythingWhenSegmentIsAdded() {
        Segment segment = table.add(4096, 8192, false, false);
        assertThat(segment.address()).isEqualTo(4096);
        assertThat(segment.bytes()).isEqualTo(8192);
        assertThat(segment.isSmall()).isFalse();
        assertThat(segment.isDedicated()).isFalse();
        assertThat(segment.first().address()).isEqualTo(4096);
        assertThat(segment.first().size()).isEqualTo(8192);
        assertThat(segment.first().segment()).isSameAs(segment);
        assertThat(table.count()).isEqualTo(1);
    }

    @Test
    void shouldKnowKindWhenSegmentIsAdded() {
        Segment small = table.add(8192, 4096, true, false);
        Segment dedicated = table.add(4096, 4096, false, true);
        assertThat(small.isSmall()).isTrue();
        assertThat(small.isDedicated()).isFalse();
        assertThat(dedicated.isSmall()).isFalse();
        assertThat(dedicated.isDedicated()).isTrue();
    }

    @Test
    void shouldUseFirstBlockAgainWhenSegmentWasRemoved() {
        add(4096, 4096);
        Segment second = add(8192, 4096);
        add(16384, 4096);
        Block first = second.first();
        table.remove(second);
        assertThat(table.count()).isEqualTo(2);
        assertThat(add(32768, 4096).first()).isSameAs(first);
        assertThat(inOrder()).doesNotContain(second);
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

    @Test
    void shouldBeEmptyWhenItsOneBlockIsFree() {
        Segment segment = add(4096, 4096);
        assertThat(segment.isEmpty()).isFalse();
        segment.first().setFree(2, 1);
        assertThat(segment.isEmpty()).isTrue();
        blocks.split(segment.first(), 512);
        assertThat(segment.isEmpty()).as("split").isFalse();
        blocks.absorbNext(segment.first());
        assertThat(segment.isEmpty()).as("merged").isTrue();
        segment.first().setOwner(2, Block.IN_TRANSIT);
        assertThat(segment.isEmpty()).as("in transit").isFalse();
    }

    @Test
    void shouldListEmptySegmentsOnceWhenNotedOften() {
        Segment one = add(4096, 4096);
        Segment two = add(8192, 4096);
        add(16384, 4096);
        assertThat(table.empty()).isEmpty();
        empty(two);
        empty(one);
        empty(two);
        assertThat(table.empty()).containsExactlyInAnyOrder(one, two);
        assertThat(table.empty()).containsExactlyInAnyOrder(one, two);
    }

    @Test
    void shouldListSegmentAgainWhenItBecomesEmptyAgain() {
        Segment segment = add(4096, 4096);
        empty(segment);
        segment.first().hold(1, 1, 0);
        assertThat(table.empty()).isEmpty();
        empty(segment);
        assertThat(table.empty()).containsExactly(segment);
        segment.first().hold(1, 1, 0);
        empty(segment);
        assertThat(table.empty()).as("without a look in between").containsExactly(segment);
    }

    @Test
    void shouldNotListSegmentWhenItIsRemoved() {
        Segment gone = add(4096, 4096);
        Segment there = add(8192, 4096);
        empty(gone);
        empty(there);
        table.remove(gone);
        Segment heir = add(4096, 4096);
        empty(heir);
        assertThat(heir.first().segment()).isSameAs(heir);
        assertThat(table.empty()).containsExactlyInAnyOrder(there, heir);
    }

    @Test
    void shouldRememberSinceWhenSegmentIsEmpty() {
        Segment segment = add(4096, 4096);
        time.set(-5);
        empty(segment);
        time.set(1_000_000_000);
        assertThat(segment.isTimed()).isTrue();
        assertThat(segment.emptySince()).isEqualTo(-5);
        assertThat(clock.since(segment)).isEqualTo(-5);
    }

    private void empty(Segment segment) {
        segment.first().setFree(1, 1);
        table.noteEmpty(segment);
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
