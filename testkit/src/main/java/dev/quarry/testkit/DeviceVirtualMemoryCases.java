package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.sim.check.OverlapChecker;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.VirtualMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Virtual memory of a device, with its most usual kind; skipped where the driver has none. */
interface DeviceVirtualMemoryCases extends DeviceSubject {
    @Test
    default void shouldHavePageSizeWhenThereIsVirtualMemory() {
        long page = pages().pageSize(usualKind());
        assertThat(page).isEqualTo(pages().pageSize(usualKind())).isPositive();
        assertThat(Long.bitCount(page)).isOne();
    }

    @Test
    default void shouldGiveDistinctRangesAndHandlesWhenReservingAndCreating() {
        long page = pages().pageSize(usualKind());
        OverlapChecker overlaps = new OverlapChecker();
        Set<Long> handles = new HashSet<>();
        long[] ranges = new long[4];
        for (int i = 0; i < ranges.length; i++) {
            ranges[i] = pages().reserve(usualKind(), (i + 1) * page);
            assertThat(ranges[i]).isNotZero();
            assertThat(ranges[i] % page).as("address of whole pages").isZero();
            overlaps.allocated(ranges[i], (i + 1) * page);
            handles.add(pages().create(usualKind(), page));
        }
        long plain = take(usualKind(), page, 64);
        overlaps.allocated(plain, page);
        assertThat(handles).hasSize(ranges.length).doesNotContain(0L);
        handles.forEach(handle -> pages().release(handle, page));
        driver().free(usualKind(), plain, page);
        for (int i = 0; i < ranges.length; i++) {
            pages().unreserve(ranges[i], (i + 1) * page);
        }
    }

    @Test
    default void shouldServeAgainAndAgainWhenHandleIsMapped() {
        long page = pages().pageSize(usualKind());
        for (int round = 0; round < 20; round++) {
            long range = pages().reserve(usualKind(), 3 * page);
            long handle = mapped(range + page, page);
            use(range + page, page, (byte) round);
            pages().unmap(range + page, page);
            pages().release(handle, page);
            pages().unreserve(range, 3 * page);
        }
    }

    @Test
    default void shouldServeAtNewAddressWhenHandleMoves() {
        long page = pages().pageSize(usualKind());
        long range = pages().reserve(usualKind(), 4 * page);
        long other = pages().reserve(usualKind(), 2 * page);
        long handle = mapped(range, 2 * page);
        use(range, 2 * page, (byte) 1);
        long from = range;
        for (long to : new long[] {range + 2 * page, range + page, other, range}) {
            pages().unmap(from, 2 * page);
            pages().map(to, 2 * page, handle);
            pages().setAccess(to, 2 * page);
            use(to, 2 * page, (byte) 2);
            from = to;
        }
        pages().unmap(range, 2 * page);
        pages().release(handle, 2 * page);
        pages().unreserve(other, 2 * page);
        pages().unreserve(range, 4 * page);
    }

    @Test
    default void shouldServeAsOneWhenHandlesAreSideBySide() {
        long page = pages().pageSize(usualKind());
        long range = pages().reserve(usualKind(), 4 * page);
        long first = pages().create(usualKind(), 2 * page);
        long second = pages().create(usualKind(), page);
        pages().map(range, 2 * page, first);
        pages().map(range + 2 * page, page, second);
        pages().setAccess(range, 3 * page);
        use(range, 3 * page, (byte) 1);
        use(range + 2 * page - 64, 128, (byte) 2);
        pages().unmap(range, 2 * page);
        use(range + 2 * page, page, (byte) 3);
        pages().unmap(range + 2 * page, page);
        pages().release(second, page);
        pages().release(first, 2 * page);
        pages().unreserve(range, 4 * page);
    }

    @Test
    default void shouldChangeNothingWhenMoreIsCreatedThanThereIs() {
        long page = pages().pageSize(usualKind());
        MemoryInfo before = driver().memory(usualKind());
        long tooMuch = (before.totalBytes() / page + 1) * page;
        for (long bytes : new long[] {tooMuch, 1L << 60}) {
            assertThatThrownBy(() -> pages().create(usualKind(), bytes))
                    .isInstanceOf(DriverOutOfMemoryException.class)
                    .hasMessageContaining(String.valueOf(bytes));
        }
        if (hasExactMemory()) {
            assertThat(driver().memory(usualKind())).isEqualTo(before);
        }
        long range = pages().reserve(usualKind(), page);
        long handle = mapped(range, page);
        use(range, page, (byte) 1);
        pages().unmap(range, page);
        pages().release(handle, page);
        pages().unreserve(range, page);
    }

    @Test
    default void shouldShowPhysicalBytesAsTakenWhenMemoryIsExact() {
        long page = pages().pageSize(usualKind());
        assumeTrue(hasExactMemory(), "other processes use the memory too");
        long before = driver().memory(usualKind()).freeBytes();
        long range = pages().reserve(usualKind(), 4 * page);
        assertThat(driver().memory(usualKind()).freeBytes()).isEqualTo(before);
        long handle = pages().create(usualKind(), 2 * page);
        assertThat(driver().memory(usualKind()).freeBytes()).isEqualTo(before - 2 * page);
        pages().map(range, 2 * page, handle);
        pages().setAccess(range, 2 * page);
        pages().unmap(range, 2 * page);
        assertThat(driver().memory(usualKind()).freeBytes()).isEqualTo(before - 2 * page);
        pages().release(handle, 2 * page);
        assertThat(driver().memory(usualKind()).freeBytes()).isEqualTo(before);
        pages().unreserve(range, 4 * page);
    }

    private VirtualMemory pages() {
        assumeTrue(driver().virtualMemory().isPresent(), "the driver has no virtual memory");
        return driver().virtualMemory().orElseThrow();
    }

    private MemoryKind usualKind() {
        return driver().kinds().iterator().next();
    }

    /** Creates a handle and makes it usable at an address. */
    private long mapped(long address, long bytes) {
        long handle = pages().create(usualKind(), bytes);
        pages().map(address, bytes, handle);
        pages().setAccess(address, bytes);
        return handle;
    }

    /** Fills all bytes, copies the lower half over the upper one, and looks at them where there is memory to look at. */
    private void use(long address, long bytes, byte value) {
        long stream = streams().createStream();
        streams().fill(stream, address, bytes, (byte) ~value);
        streams().fill(stream, address, bytes / 2, value);
        streams().copy(stream, address, address + bytes / 2, bytes / 2);
        streams().synchronize(stream);
        streams().destroyStream(stream);
        if (canView(usualKind())) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment expected = arena.allocate(bytes).fill(value);
                assertThat(driver().view(address, bytes, arena).mismatch(expected))
                        .isEqualTo(-1);
            }
        }
    }
}
