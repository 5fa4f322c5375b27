package dev.quarry.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryKind;
import dev.quarry.spi.SegmentRequest;
import org.junit.jupiter.api.Test;

class AccessMapTest {
    private final VectorClock clock = new VectorClock();
    private final AccessMap map = new AccessMap();

    private void note(long address, long bytes, boolean write) {
        Timeline timeline = new Timeline("test", 0, clock.get(0));
        Access access = timeline.access("use", address, bytes, write);
        clock.set(0, access.tick());
        assertThat(map.note(access, clock)).isEmpty();
    }

    @Test
    void shouldKeepOneIntervalWhenSameRangeIsUsedAgain() {
        for (int i = 0; i < 100; i++) {
            note(0, 64, true);
            note(0, 64, false);
        }
        assertThat(map.size()).isEqualTo(1);
    }

    @Test
    void shouldSplitAtEdgesAndJoinAgainWhenWrittenOver() {
        note(0, 64, true);
        note(16, 16, false);
        assertThat(map.size()).isEqualTo(3);
        note(60, 20, false);
        assertThat(map.size()).isEqualTo(5);
        note(0, 80, true);
        assertThat(map.size()).isEqualTo(1);
    }

    @Test
    void shouldFillGapsWhenReadSpansIntervals() {
        note(8, 8, true);
        note(32, 8, true);
        note(0, 64, false);
        assertThat(map.size()).isEqualTo(5);
    }

    @Test
    void shouldForgetOnlyRangeWhenItIsFreed() {
        note(0, 100, true);
        assertThat(map.forget(20, 10, clock)).isEmpty();
        assertThat(map.size()).isEqualTo(2);
        assertThat(map.forget(0, 100, new VectorClock())).hasSize(1);
        assertThat(map.size()).isZero();
    }

    @Test
    void shouldStayBoundedWhenManyBlocksAreTouchedOften() {
        SimDriver driver =
                new SimDriver(SimOptions.builder().schedule(SimSchedule.LAZY).build(), 0);
        int blocks = 100_000;
        long address = driver.allocate(new SegmentRequest(MemoryKind.DEVICE, blocks * 512L, 512, false));
        for (int round = 0; round < 20; round++) {
            for (int block = 0; block < blocks; block++) {
                long start = address + (block * 7919L % blocks) * 512;
                driver.touch(0, start, 512, (round & 1) == 0);
            }
        }
        assertThat(driver.hazards().count()).isZero();
    }
}
