package dev.quarry.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.VirtualMemory;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimPagesTest {
    private static final long PAGE = 2 << 20;
    private static final long TOTAL = 16 * PAGE;

    private final SimDriver driver = new SimDriver(
            SimOptions.builder().totalBytes(TOTAL).virtualMemory(true).build(), 0);
    private final VirtualMemory pages = driver.virtualMemory().orElseThrow();

    private long reserve(long bytes) {
        return pages.reserve(MemoryKind.DEVICE, bytes);
    }

    private long create(long bytes) {
        return pages.create(MemoryKind.DEVICE, bytes);
    }

    private long freeBytes() {
        return driver.memory(MemoryKind.DEVICE).freeBytes();
    }

    @Test
    void shouldHaveNoneWhenOptionsDoNotAskForIt() {
        assertThat(new SimDriver(SimOptions.defaults(), 0).virtualMemory()).isEmpty();
        assertThat(pages.pageSize(MemoryKind.PINNED)).isEqualTo(PAGE);
        SimOptions small =
                SimOptions.builder().virtualMemory(true).pageBytes(1 << 16).build();
        assertThat(new SimDriver(small, 0).virtualMemory().orElseThrow().pageSize(MemoryKind.DEVICE))
                .isEqualTo(1 << 16);
        assertThatIllegalArgumentException().isThrownBy(() -> pages.pageSize(MemoryKind.HOST));
    }

    @Test
    void shouldPlaceRangesApartAndReuseLastUnreservedWhenReserved() {
        long first = reserve(4 * PAGE);
        long second = reserve(4 * PAGE);
        assertThat(first % PAGE).isZero();
        assertThat(Math.abs(second - first)).isGreaterThan(4 * PAGE);
        pages.unreserve(first, 4 * PAGE);
        pages.unreserve(second, 4 * PAGE);
        assertThat(reserve(4 * PAGE)).isEqualTo(second);
        assertThat(reserve(PAGE)).isEqualTo(first);
        assertThat(driver.liveRanges()).isEqualTo(2);
    }

    @Test
    void shouldTakeNoMemoryWhenReserved() {
        reserve(1000 * TOTAL);
        assertThat(freeBytes()).isEqualTo(TOTAL);
        assertThat(driver.liveBytes()).isZero();
        assertThatThrownBy(() -> reserve(1L << 52)).isInstanceOf(DriverOutOfMemoryException.class);
        assertThatThrownBy(() -> reserve(Long.MAX_VALUE / PAGE * PAGE)).isInstanceOf(DriverOutOfMemoryException.class);
        assertThat(driver.liveRanges()).isEqualTo(1);
    }

    @Test
    void shouldNeverReuseHandlesWhenReleased() {
        Set<Long> handles = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            long handle = create(PAGE);
            assertThat(handles.add(handle)).isTrue();
            assertThat(handle % 4096).isNotZero();
            assertThat(handle).isGreaterThan(1L << 59);
            pages.release(handle, PAGE);
        }
    }

    @Test
    void shouldShareOneBudgetWhenPlainAndPhysicalAndForeign() {
        long plain = driver.allocate(new SegmentRequest(MemoryKind.PINNED, 4 * PAGE, 512, false));
        long handle = create(4 * PAGE);
        driver.useElsewhere(4 * PAGE);
        assertThat(driver.memory(MemoryKind.DEVICE)).isEqualTo(new MemoryInfo(4 * PAGE, TOTAL));
        assertThat(driver.liveBytes()).isEqualTo(8 * PAGE);
        assertThatThrownBy(() -> create(5 * PAGE))
                .isInstanceOf(DriverOutOfMemoryException.class)
                .hasMessageContaining("create(device, " + 5 * PAGE + ") failed: 2")
                .hasMessageContaining(4 * PAGE + " of " + TOTAL + " bytes are free");
        assertThatThrownBy(() -> driver.allocate(new SegmentRequest(MemoryKind.DEVICE, 4 * PAGE + 1, 512, false)))
                .isInstanceOf(DriverOutOfMemoryException.class);
        assertThat(freeBytes()).isEqualTo(4 * PAGE);
        pages.release(handle, 4 * PAGE);
        driver.free(MemoryKind.PINNED, plain, 4 * PAGE);
        assertThat(freeBytes()).isEqualTo(12 * PAGE);
        assertThat(driver.counters().failures()).isEqualTo(2);
        assertThat(driver.liveHandles()).isZero();
    }

    @Test
    void shouldRefuseWhenSizeOrAddressIsNotOfWholePages() {
        long range = reserve(4 * PAGE);
        long handle = create(PAGE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reserve(PAGE + 1))
                .withMessageContaining("reserve: bytes = " + (PAGE + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> create(0)).withMessageContaining("create: bytes = 0");
        assertThatIllegalArgumentException().isThrownBy(() -> create(PAGE / 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pages.map(range + 512, PAGE, handle))
                .withMessageContaining("map: address = " + CallGate.hex(range + 512));
        assertThatIllegalArgumentException().isThrownBy(() -> pages.unmap(range, 512));
        assertThatIllegalArgumentException().isThrownBy(() -> pages.setAccess(range, -PAGE));
        assertThatIllegalArgumentException().isThrownBy(() -> pages.unreserve(range, PAGE + 512));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pages.create(MemoryKind.HOST, PAGE))
                .withMessageContaining("kind = host");
    }

    @Test
    void shouldRefuseWhenHandleCannotBeMappedThere() {
        long range = reserve(4 * PAGE);
        long handle = create(2 * PAGE);
        long other = create(2 * PAGE);
        long pinned = pages.create(MemoryKind.PINNED, PAGE);
        pages.map(range + PAGE, 2 * PAGE, handle);
        broken(() -> pages.map(range, 2 * PAGE, handle), "it is mapped at " + CallGate.hex(range + PAGE));
        broken(() -> pages.map(range, 2 * PAGE, other), "memory is mapped at " + CallGate.hex(range + PAGE));
        broken(() -> pages.map(range + 2 * PAGE, 2 * PAGE, other), "memory is mapped at");
        broken(() -> pages.map(range + 3 * PAGE, 2 * PAGE, other), "not inside one reserved range");
        broken(() -> pages.map(range, PAGE, other), "it was created with " + 2 * PAGE + " bytes");
        broken(() -> pages.map(range, PAGE, other + 1), "no physical memory has this handle");
        broken(() -> pages.map(range, PAGE, pinned), "memory of pinned into a range of device");
        long plain = driver.allocate(new SegmentRequest(MemoryKind.DEVICE, 2 * PAGE, PAGE, false));
        broken(() -> pages.map(plain, 2 * PAGE, other), "not inside one reserved range");
        pages.map(range + 3 * PAGE, PAGE, create(PAGE));
        assertThat(driver.pageCalls()).isEqualTo(new SimPageCalls(4, 0, 2, 0, 0));
    }

    @Test
    void shouldRefuseWhenNotOneWholeMappingIsUnmapped() {
        long range = reserve(4 * PAGE);
        pages.map(range, 2 * PAGE, create(2 * PAGE));
        pages.map(range + 2 * PAGE, PAGE, create(PAGE));
        broken(() -> pages.unmap(range, PAGE), "mapped there are " + 2 * PAGE + " bytes");
        broken(() -> pages.unmap(range, 3 * PAGE), "mapped there are");
        broken(() -> pages.unmap(range + PAGE, PAGE), "no mapping begins there");
        pages.unmap(range, 2 * PAGE);
        broken(() -> pages.unmap(range, 2 * PAGE), "no mapping begins there");
    }

    @Test
    void shouldRefuseWhenReleasedHandleIsMappedOrUnknown() {
        long range = reserve(PAGE);
        long handle = create(PAGE);
        pages.map(range, PAGE, handle);
        broken(() -> pages.release(handle, PAGE), "it is mapped at " + CallGate.hex(range));
        pages.unmap(range, PAGE);
        broken(() -> pages.release(handle, 2 * PAGE), "it was created with");
        pages.release(handle, PAGE);
        broken(() -> pages.release(handle, PAGE), "no physical memory has this handle");
        broken(() -> pages.release(range, PAGE), "no physical memory has this handle");
        assertThat(freeBytes()).isEqualTo(TOTAL);
    }

    @Test
    void shouldRefuseWhenUnreservedRangeIsInUseOrNotWhole() {
        long range = reserve(4 * PAGE);
        long plain = driver.allocate(new SegmentRequest(MemoryKind.DEVICE, PAGE, PAGE, false));
        broken(() -> pages.unreserve(range, 2 * PAGE), "not one whole reserved range");
        broken(() -> pages.unreserve(range + PAGE, 3 * PAGE), "not one whole reserved range");
        broken(() -> pages.unreserve(plain, PAGE), "not one whole reserved range");
        broken(() -> driver.free(MemoryKind.DEVICE, range, 4 * PAGE), "nothing is allocated there");
        pages.map(range + 3 * PAGE, PAGE, create(PAGE));
        broken(() -> pages.unreserve(range, 4 * PAGE), "memory is mapped at " + CallGate.hex(range + 3 * PAGE));
        pages.unmap(range + 3 * PAGE, PAGE);
        pages.unreserve(range, 4 * PAGE);
        broken(() -> pages.unreserve(range, 4 * PAGE), "not one whole reserved range");
    }

    @Test
    void shouldRefuseWhenAccessIsSetWhereNothingIsMapped() {
        long range = reserve(4 * PAGE);
        pages.map(range, PAGE, create(PAGE));
        pages.map(range + PAGE, 2 * PAGE, create(2 * PAGE));
        broken(() -> pages.setAccess(range, 4 * PAGE), "no whole mapping begins at " + CallGate.hex(range + 3 * PAGE));
        broken(() -> pages.setAccess(range, 2 * PAGE), "no whole mapping begins at " + CallGate.hex(range + PAGE));
        broken(() -> pages.setAccess(range + 3 * PAGE, 2 * PAGE), "not inside one reserved range");
        driver.touch(0, range, 1, true);
        assertThat(driver.hazards().count()).isEqualTo(1);
        pages.setAccess(range, 3 * PAGE);
        driver.touch(0, range, 3 * PAGE, true);
        assertThat(driver.hazards().count()).isEqualTo(1);
    }

    @Test
    void shouldForgetAllAndRefuseWhenClosed() {
        long range = reserve(PAGE);
        pages.map(range, PAGE, create(PAGE));
        driver.close();
        assertThat(driver.liveBytes()).isZero();
        assertThat(driver.liveRanges()).isZero();
        assertThat(driver.liveHandles()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> create(PAGE)).withMessageContaining("sim:0 is closed");
    }

    private static void broken(Runnable call, String reason) {
        assertThatIllegalStateException().isThrownBy(call::run).withMessageContaining(reason);
    }
}
