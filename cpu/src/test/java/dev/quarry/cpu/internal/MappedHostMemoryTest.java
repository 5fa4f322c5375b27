package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.MemoryKind;
import dev.quarry.cpu.NumaPlacement;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.support.ProcFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Memory from mappings of the C library, with page-locking. */
@EnabledOnOs(OS.LINUX)
class MappedHostMemoryTest extends HostMemoryContract {
    private static final long PINNED_BYTES = 64 * 1024;

    private final LockLimit limit = new LockLimit(Path.of("/"));

    @Override
    HostPages createPages() {
        return new MappedPages(new LockLimit(Path.of("/")), false, new MemoryPolicy(NumaPlacement.system()));
    }

    private long allocatePinned(long bytes) {
        return driver.allocate(new SegmentRequest(MemoryKind.PINNED, bytes, 4096, false));
    }

    private void assumeLockable() {
        long free = driver.memory(MemoryKind.PINNED).freeBytes();
        assumeTrue(free > 4 * PINNED_BYTES, "only " + free + " bytes can be locked");
    }

    @Test
    void shouldReadZerosWhenFreed() {
        long address = allocate(3 * MIB, 64);
        MemorySegment stale = driver.view(address, 3 * MIB, Arena.global());
        stale.fill((byte) 1);
        free(address, 3 * MIB);

        Pattern.checkAll(stale, (byte) 0);
    }

    @Test
    void shouldCommitNothingWhenOnlyAllocated() {
        long bytes = driver.memory(MemoryKind.HOST).totalBytes() / 2;
        long before = ProcFile.bytes(Path.of("/proc/self/status"), "VmRSS").orElseThrow();
        allocate(bytes, 64);

        assertThat(ProcFile.bytes(Path.of("/proc/self/status"), "VmRSS").orElseThrow())
                .isLessThan(before + bytes / 2);
    }

    @Test
    void shouldLockPagesWhenPinned() {
        assumeLockable();
        long before = limit.locked();
        long address = allocatePinned(PINNED_BYTES);
        assertThat(limit.locked()).isGreaterThanOrEqualTo(before + PINNED_BYTES);
        assertThat(pages.lockedBytes).hasValue(PINNED_BYTES);
        MemorySegment view = driver.view(address, PINNED_BYTES, Arena.global());
        view.fill((byte) 3);

        driver.free(MemoryKind.PINNED, address, PINNED_BYTES);

        assertThat(limit.locked()).isLessThan(before + PINNED_BYTES);
        assertThat(pages.lockedBytes).hasValue(0);
        assertThat(view.get(ValueLayout.JAVA_BYTE, 0)).isZero();
    }

    @Test
    void shouldNotUnlockNeighboursWhenPinnedMemoryIsFreed() {
        assumeLockable();
        long before = limit.locked();
        long first = allocatePinned(100);
        allocatePinned(100);
        driver.free(MemoryKind.PINNED, first, 100);

        assertThat(limit.locked()).isGreaterThanOrEqualTo(before + pages.pageSize());
    }

    @Test
    void shouldExplainLimitWhenTooMuchIsPinned() {
        OptionalLong most = limit.limit();
        assumeTrue(most.isPresent(), "RLIMIT_MEMLOCK does not bind this process");
        long bytes = most.getAsLong() + pages.pageSize();
        long free = driver.memory(MemoryKind.HOST).freeBytes();
        assumeTrue(free > bytes, "only " + free + " bytes are free");

        assertThatExceptionOfType(DriverOutOfMemoryException.class)
                .isThrownBy(() -> allocatePinned(bytes))
                .withMessageContaining("mlock(0x")
                .withMessageContaining(most.getAsLong() + " bytes")
                .withMessageContaining("ulimit -l");
        assertThat(pages.lockedBytes).hasValue(0);
        long mapped = pages.mappedBytes.get();
        free(allocate(bytes, 64), bytes);
        assertThat(pages.mappedBytes)
                .as("the range of the failed allocation is used again")
                .hasValue(mapped);
    }

    @Test
    void shouldRefuseBeforeLockingWhenTheMachineIsFull() throws IOException {
        Path meminfo = Files.createDirectories(fixture.resolve("proc")).resolve("meminfo");
        Files.writeString(meminfo, "MemTotal:  8192 kB\nMemAvailable:  8 kB\n");
        CpuDriver full = new CpuDriver(createPages(), fixture);

        assertThatExceptionOfType(DriverOutOfMemoryException.class)
                .isThrownBy(() -> full.allocate(new SegmentRequest(MemoryKind.PINNED, MIB, 64, false)))
                .withMessageContaining("only 8.00 KiB are free");
        assertThatExceptionOfType(DriverOutOfMemoryException.class)
                .isThrownBy(() -> full.allocate(new SegmentRequest(MemoryKind.HOST, 8 * MIB, 64, false)))
                .withMessageContaining("only 8.00 KiB are free on this machine");
        Files.writeString(meminfo, "MemTotal:  8192 kB\nMemAvailable:  8192 kB\n");
        full.allocate(new SegmentRequest(MemoryKind.HOST, 8 * MIB, 64, false));
        full.close();
    }

    @Test
    void shouldNameFunctionArgumentsAndErrorWhenACallFails() {
        assertThatExceptionOfType(DriverException.class)
                .isThrownBy(() -> pages.discard(1, 4096))
                .isNotInstanceOf(DriverOutOfMemoryException.class)
                .withMessage("madvise(0x1, 4096, MADV_DONTNEED) failed: 22 EINVAL: invalid argument")
                .satisfies(e -> assertThat(e.code()).isEqualTo(22))
                .satisfies(e -> assertThat(e.function()).isEqualTo("madvise"));
        assertThatExceptionOfType(DriverOutOfMemoryException.class)
                .isThrownBy(() -> pages.map(1L << 60))
                .withMessageContaining("mmap(NULL, 1152921504606846976")
                .withMessageContaining("12 ENOMEM: cannot allocate memory");
    }
}
