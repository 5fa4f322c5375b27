package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.quarry.ByteSize;
import dev.quarry.MemoryKind;
import dev.quarry.cpu.NumaPlacement;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.VirtualMemory;
import dev.quarry.spi.support.ProcFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Virtual memory on mappings of the C library: life cycle, contents, stale views, what it costs. */
@EnabledOnOs(OS.LINUX)
class HostVirtualMemoryTest extends VirtualMemoryCase {
    @Test
    void shouldHoldBytesWhenMapped() {
        assertThat(memory.pageSize(MemoryKind.HOST)).isEqualTo(PAGE);
        long range = reserve(8 * PAGE);
        assertThat(range).isPositive();
        assertThat(range % PAGE).isZero();
        long handle = createAt(range + 3 * PAGE, 2 * PAGE);
        assertThat(handle).isNotZero();
        MemorySegment view = view(range + 3 * PAGE, 2 * PAGE);
        Pattern.write(view, 1);
        Pattern.check(view, 1);

        memory.unmap(range + 3 * PAGE, 2 * PAGE);
        memory.release(handle, 2 * PAGE);
        memory.unreserve(range, 8 * PAGE);
    }

    @Test
    void shouldReadZerosWhenAnotherHandleIsMappedThere() {
        long range = reserve(PAGE);
        createAt(range, PAGE);
        MemorySegment view = view(range, PAGE);
        view.fill((byte) 7);
        memory.unmap(range, PAGE);
        createAt(range, PAGE);

        Pattern.checkAll(view, (byte) 0);
    }

    @Test
    void shouldKeepStaleViewReadableWhenUnmappedAndUnreserved() {
        long range = reserve(4 * PAGE);
        long handle = createAt(range + PAGE, PAGE);
        MemorySegment stale = view(range + PAGE, PAGE);
        stale.fill((byte) 7);

        memory.unmap(range + PAGE, PAGE);
        Pattern.checkAll(stale, (byte) 0);
        memory.release(handle, PAGE);
        Pattern.checkAll(stale, (byte) 0);
        memory.unreserve(range, 4 * PAGE);
        Pattern.checkAll(stale, (byte) 0);
        stale.set(ValueLayout.JAVA_BYTE, PAGE - 1, (byte) 1);
        assertThat(stale.get(ValueLayout.JAVA_BYTE, PAGE - 1)).isEqualTo((byte) 1);
    }

    @Test
    void shouldCommitOnlyWhatIsWrittenWhenMuchIsReserved() {
        long bytes = ByteSize.gib(1024);
        long range = reserve(bytes);
        long at = range + bytes / 2;
        createAt(at, 2 * PAGE);
        assertThat(Smaps.residentBytes(at, 2 * PAGE)).isZero();
        assertThat(Smaps.closedBytes(range, bytes)).isEqualTo(bytes - 2 * PAGE);

        view(at, 2 * PAGE).fill((byte) 1);
        assertThat(Smaps.residentBytes(at, 2 * PAGE)).isEqualTo(2 * PAGE);
        memory.unmap(at, 2 * PAGE);
        assertThat(Smaps.residentBytes(at, 2 * PAGE)).isZero();
        assertThat(Smaps.closedBytes(range, bytes))
                .as("what was open stays open")
                .isEqualTo(bytes - 2 * PAGE);
    }

    @Test
    void shouldReserveManyTimesTheMachinesMemoryWhenAsked() {
        long total = driver.memory(MemoryKind.HOST).totalBytes();
        long bytes = RangeCache.alignUp(40 * total, PAGE);
        long first = reserve(bytes);
        long second = reserve(bytes);

        assertThat(Math.abs(first - second)).isGreaterThanOrEqualTo(bytes);
    }

    @Test
    void shouldThrowOutOfMemoryWhenThereIsNoSuchRange() {
        for (long bytes : new long[] {1L << 60, Long.MAX_VALUE / PAGE * PAGE}) {
            assertThatExceptionOfType(DriverOutOfMemoryException.class)
                    .isThrownBy(() -> reserve(bytes))
                    .withMessageContaining("mmap(NULL, ")
                    .withMessageContaining("PROT_NONE")
                    .withMessageContaining("ENOMEM");
        }
    }

    @Test
    void shouldHoldOtherBytesWhenHandleMoves() {
        long range = reserve(4 * PAGE);
        long handle = createAt(range, PAGE);
        view(range, PAGE).fill((byte) 7);
        memory.unmap(range, PAGE);
        memory.map(range + 2 * PAGE, PAGE, handle);
        memory.setAccess(range + 2 * PAGE, PAGE);
        MemorySegment moved = view(range + 2 * PAGE, PAGE);
        Pattern.write(moved, 2);

        Pattern.check(moved, 2);
        Pattern.checkAll(view(range, PAGE), (byte) 0);
        assertThat(Smaps.closedBytes(range, 4 * PAGE)).isEqualTo(2 * PAGE);
    }

    @Test
    void shouldBeOneRangeWhenHandlesLieSideBySide() {
        long range = reserve(3 * PAGE);
        long second = create(PAGE);
        memory.map(range + 2 * PAGE, PAGE, second);
        memory.map(range, 2 * PAGE, create(2 * PAGE));
        memory.setAccess(range, 3 * PAGE);
        MemorySegment view = view(range, 3 * PAGE);
        Pattern.write(view, 3);
        Pattern.check(view, 3);

        memory.unmap(range + 2 * PAGE, PAGE);
        Pattern.check(view.asSlice(0, 2 * PAGE), 3);
    }

    @Test
    void shouldReuseRangeWhenUnreserved() {
        long first = reserve(16 * PAGE);
        createAt(first, PAGE);
        memory.unmap(first, PAGE);
        long reserved = pages.reservedBytes.get();
        memory.unreserve(first, 16 * PAGE);
        long second = reserve(10 * PAGE);
        long third = reserve(5 * PAGE);

        assertThat(second).isEqualTo(first);
        assertThat(third).isEqualTo(first + 10 * PAGE);
        assertThat(pages.reservedBytes).hasValue(reserved);
    }

    @Test
    void shouldRefuseWhenAllTogetherExceedTheMachine() {
        long total = driver.memory(MemoryKind.HOST).totalBytes();
        long half = RangeCache.alignUp(total / 2, PAGE);
        long handle = create(half);

        assertThatExceptionOfType(DriverOutOfMemoryException.class)
                .isThrownBy(() -> create(half))
                .withMessageContaining("create(host, " + half + ")")
                .withMessageContaining(ByteSize.format(half) + " are handed out");
        assertThatExceptionOfType(DriverOutOfMemoryException.class)
                .isThrownBy(() -> driver.allocate(new SegmentRequest(MemoryKind.HOST, half, 64, false)))
                .withMessageContaining("allocate(host, " + half + ", 64)");
        memory.release(handle, half);
        memory.release(create(half), half);
    }

    @Test
    void shouldCountHandlesAndNotRangesWhenNobodyElseCounts(@TempDir Path empty) {
        CpuDriver alone = new CpuDriver(
                new MappedPages(new LockLimit(empty), false, new MemoryPolicy(NumaPlacement.system())), empty);
        VirtualMemory virtual = alone.virtualMemory().orElseThrow();
        long free = alone.memory(MemoryKind.HOST).freeBytes();
        long range = virtual.reserve(MemoryKind.HOST, 8 * PAGE);
        assertThat(alone.memory(MemoryKind.HOST).freeBytes()).isEqualTo(free);
        long handle = virtual.create(MemoryKind.HOST, 2 * PAGE);
        assertThat(alone.memory(MemoryKind.HOST).freeBytes()).isEqualTo(free - 2 * PAGE);
        virtual.map(range, 2 * PAGE, handle);
        virtual.unmap(range, 2 * PAGE);
        assertThat(alone.memory(MemoryKind.HOST).freeBytes()).isEqualTo(free - 2 * PAGE);
        virtual.release(handle, 2 * PAGE);
        assertThat(alone.memory(MemoryKind.HOST).freeBytes()).isEqualTo(free);
        alone.close();
    }

    @Test
    void shouldMapNothingWhenPagesCannotBeOpened() {
        long range = reserve(2 * PAGE);
        long handle = create(PAGE);
        pages.failNext("open");
        assertThatExceptionOfType(DriverException.class).isThrownBy(() -> memory.map(range, PAGE, handle));

        assertThatIllegalStateException().isThrownBy(() -> memory.unmap(range, PAGE));
        memory.map(range, PAGE, handle);
        view(range, PAGE).fill((byte) 1);
    }

    @Test
    void shouldStayMappedWhenPagesCannotBeDiscarded() {
        long range = reserve(PAGE);
        long handle = createAt(range, PAGE);
        MemorySegment view = view(range, PAGE);
        Pattern.write(view, 4);
        pages.failNext("discard");
        assertThatExceptionOfType(DriverException.class).isThrownBy(() -> memory.unmap(range, PAGE));

        Pattern.check(view, 4);
        memory.setAccess(range, PAGE);
        assertThatIllegalStateException().isThrownBy(() -> memory.release(handle, PAGE));
        memory.unmap(range, PAGE);
        memory.release(handle, PAGE);
    }

    @Test
    void shouldKeepBytesApartWhenManyThreadsMap() throws InterruptedException {
        long shared = reserve(24 * PAGE);
        Crew.run(8, 16, worker -> {
            Random random = new Random(worker);
            long place = shared + worker * PAGE;
            for (int round = 0; round < 20; round++) {
                boolean own = random.nextBoolean();
                long at = own ? reserve(PAGE) : place;
                long handle = createAt(at, PAGE);
                MemorySegment part = view(at, PAGE).asSlice(PAGE - 20_000);
                Pattern.write(part, worker * 100 + round);
                Pattern.check(part, worker * 100 + round);
                memory.unmap(at, PAGE);
                memory.release(handle, PAGE);
                if (own) {
                    memory.unreserve(at, PAGE);
                }
            }
        });
        memory.unreserve(shared, 24 * PAGE);
    }

    @Test
    void shouldGiveAddressesBackWhenClosed() {
        long bytes = ByteSize.gib(64);
        long range = reserve(bytes);
        createAt(range, PAGE);
        long before = ProcFile.bytes(Path.of("/proc/self/status"), "VmSize").orElseThrow();
        close();

        assertThat(ProcFile.bytes(Path.of("/proc/self/status"), "VmSize").orElseThrow())
                .isLessThan(before - bytes / 2);
        assertThatIllegalStateException().isThrownBy(() -> reserve(PAGE)).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> create(PAGE)).withMessageContaining("closed");
        assertThatIllegalStateException()
                .isThrownBy(() -> memory.unmap(range, PAGE))
                .withMessageContaining("closed");
    }
}
