package dev.quarry.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.sim.check.OverlapChecker;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SimDriverTest {
    private final SimDriver driver =
            new SimDriver(SimOptions.builder().totalBytes(1 << 20).build(), 0);

    private long allocate(long bytes) {
        return allocate(bytes, 512);
    }

    private long allocate(long bytes, long alignment) {
        return driver.allocate(new SegmentRequest(MemoryKind.DEVICE, bytes, alignment, false));
    }

    private void free(long address, long bytes) {
        driver.free(MemoryKind.DEVICE, address, bytes);
    }

    @Test
    void shouldAlignAsAskedAndNoMoreWhenAddressIsFresh() {
        for (long alignment = 1; alignment <= 2 << 20; alignment *= 2) {
            long address = allocate(100, alignment);
            assertThat(address % alignment).isZero();
            assertThat(address % (2 * alignment)).isNotZero();
        }
    }

    @Test
    void shouldLeaveGapWhenRangesAreAllocatedInARow() {
        long first = allocate(4096);
        long second = allocate(4096);
        assertThat(Math.abs(second - first)).isGreaterThan(4096);
    }

    @Test
    void shouldReuseLastFreedRangeWhenItFits() {
        long first = allocate(4096);
        long second = allocate(4096);
        free(first, 4096);
        free(second, 4096);
        assertThat(allocate(1000)).isEqualTo(second);
        assertThat(allocate(4096)).isEqualTo(first);
    }

    @Test
    void shouldReuseSmallestFreedRangeWhenSeveralFit() {
        long large = allocate(8192);
        long small = allocate(4096);
        free(small, 4096);
        free(large, 8192);
        assertThat(allocate(4096)).isEqualTo(small);
        assertThat(allocate(4096)).isEqualTo(large);
    }

    @Test
    void shouldNotReuseFreedRangeWhenItsAddressIsNotAligned() {
        long odd = allocate(1 << 16, 512);
        free(odd, 1 << 16);
        assertThat(allocate(1 << 16, 1 << 20) % (1 << 20)).isZero();
    }

    @Test
    void shouldNeverOverlapWhenAllocatedAndFreedAtRandom() {
        SimDriver large = new SimDriver(SimOptions.defaults(), 1);
        OverlapChecker checker = new OverlapChecker();
        Random random = new Random(42);
        List<SegmentRequest> requests = new ArrayList<>();
        List<Long> addresses = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (addresses.size() > 100 || (!addresses.isEmpty() && random.nextBoolean())) {
                int at = random.nextInt(addresses.size());
                SegmentRequest request = requests.remove(at);
                long address = addresses.remove(at);
                checker.freed(address);
                large.free(request.kind(), address, request.bytes());
            } else {
                SegmentRequest request = new SegmentRequest(
                        MemoryKind.PINNED, 1 + random.nextInt(1 << 22), 1L << random.nextInt(22), false);
                long address = large.allocate(request);
                assertThat(address % request.alignment()).isZero();
                checker.allocated(address, request.bytes());
                requests.add(request);
                addresses.add(address);
            }
        }
        assertThat(large.liveBytes()).isEqualTo(checker.liveBytes());
        assertThat(large.liveRanges()).isEqualTo(checker.liveCount());
    }

    @Test
    void shouldFailWhenMoreThanTotalWouldBeLive() {
        long address = allocate(1 << 20);
        assertThatThrownBy(() -> allocate(1))
                .isInstanceOf(DriverOutOfMemoryException.class)
                .hasMessageContaining("allocate(device, 1, 512) failed: 2")
                .hasMessageContaining("0 of 1048576 bytes are free");
        free(address, 1 << 20);
        assertThat(allocate(1 << 20)).isNotZero();
        assertThat(driver.counters().failures()).isEqualTo(1);
    }

    @Test
    void shouldHaveLessWhenMemoryIsUsedElsewhere() {
        driver.useElsewhere(1 << 19);
        assertThat(driver.memory(MemoryKind.DEVICE)).isEqualTo(new MemoryInfo(1 << 19, 1 << 20));
        assertThatThrownBy(() -> allocate((1 << 19) + 1)).isInstanceOf(DriverOutOfMemoryException.class);
        driver.useElsewhere(Long.MAX_VALUE);
        assertThat(driver.memory(MemoryKind.DEVICE).freeBytes()).isZero();
    }

    @Test
    void shouldThrowWhenWhatIsFreedIsNotAllocatedSo() {
        long address = allocate(4096);
        assertThatIllegalStateException().isThrownBy(() -> free(address, 2048)).withMessageContaining("4096 of device");
        assertThatIllegalStateException().isThrownBy(() -> driver.free(MemoryKind.PINNED, address, 4096));
        assertThatIllegalStateException()
                .isThrownBy(() -> free(address + 512, 4096))
                .withMessageContaining("nothing is allocated there");
        free(address, 4096);
        assertThatIllegalStateException().isThrownBy(() -> free(address, 4096));
    }

    @Test
    void shouldThrowWhenRequestIsBad() {
        assertThatIllegalArgumentException().isThrownBy(() -> allocate(0)).withMessageContaining("bytes = 0");
        assertThatIllegalArgumentException().isThrownBy(() -> allocate(1, 3)).withMessageContaining("alignment = 3");
        assertThatIllegalArgumentException().isThrownBy(() -> allocate(1, 4 << 20));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> driver.allocate(new SegmentRequest(MemoryKind.HOST, 1, 1, false)))
                .withMessageContaining("kind = host");
    }

    @Test
    void shouldThrowWhenViewIsAskedFor() {
        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> driver.view(allocate(64), 64, arena))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("sim:0 is simulated");
        }
    }

    @Test
    void shouldRefuseCallsAndStayReadableWhenClosed() {
        allocate(4096);
        driver.close();
        assertThatIllegalStateException().isThrownBy(() -> allocate(1)).withMessageContaining("sim:0 is closed");
        assertThatIllegalStateException().isThrownBy(() -> driver.streams().createEvent());
        assertThatIllegalStateException().isThrownBy(driver::close).withMessageContaining("twice");
        assertThat(driver.counters().of(SimFunction.ALLOCATE)).isEqualTo(1);
        assertThat(driver.liveBytes()).isZero();
    }
}
