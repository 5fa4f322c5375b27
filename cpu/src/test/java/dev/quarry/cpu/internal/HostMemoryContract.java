package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the driver's memory keeps to, whichever way its pages are had. */
abstract class HostMemoryContract {
    static final long MIB = 1 << 20;

    @TempDir
    Path fixture;

    CountingPages pages;
    CpuDriver driver;
    private boolean closed;

    /** Makes the pages to be tested. */
    abstract HostPages createPages();

    @BeforeEach
    void open() {
        pages = new CountingPages(createPages());
        driver = new CpuDriver(pages, Path.of("/"));
    }

    @AfterEach
    void close() {
        if (!closed) {
            driver.close();
        }
    }

    long allocate(long bytes, long alignment) {
        return driver.allocate(new SegmentRequest(MemoryKind.HOST, bytes, alignment, false));
    }

    void free(long address, long bytes) {
        driver.free(MemoryKind.HOST, address, bytes);
    }

    @Test
    void shouldAlignAddressWhenAlignmentIsAsked() {
        for (long alignment = 1; alignment <= 2 * MIB; alignment *= 2) {
            long address = allocate(100, alignment);
            assertThat(address).isPositive();
            assertThat(address % alignment).as("alignment %d", alignment).isZero();
        }
    }

    @Test
    void shouldNotOverlapWhenSeveralAreHeld() {
        List<MemorySegment> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            long bytes = 1 + i * 777L;
            all.add(driver.view(allocate(bytes, 1L << (i % 16)), bytes, Arena.global()));
            Pattern.write(all.get(i), i);
        }
        for (int i = 0; i < 40; i++) {
            Pattern.check(all.get(i), i);
        }
    }

    @Test
    void shouldReuseAddressesWhenFreed() {
        long first = allocate(3 * MIB, 64);
        free(first, 3 * MIB);

        assertThat(allocate(3 * MIB, 64)).isEqualTo(first);
    }

    @Test
    void shouldMapNoMoreWhenCyclesRepeat() {
        Random random = new Random(7);
        long mapped = 0;
        for (int cycle = 0; cycle < 200; cycle++) {
            List<long[]> held = new ArrayList<>();
            for (long left = 4 * MIB; left > 0; ) {
                long bytes = Math.min(left, pages.pageSize() * (1 + random.nextInt(100)));
                held.add(new long[] {allocate(bytes, 64), bytes});
                left -= bytes;
            }
            while (!held.isEmpty()) {
                long[] range = held.remove(random.nextInt(held.size()));
                free(range[0], range[1]);
            }
            mapped = cycle == 100 ? pages.mappedBytes.get() : mapped;
        }
        // Best fit may break address space up, so the later half of the cycles may take a little more, but no multiple.
        assertThat(pages.mappedBytes.get()).isLessThanOrEqualTo(12 * MIB).isLessThanOrEqualTo(mapped + 4 * MIB);
    }

    @Test
    void shouldKeepStaleViewReadableWhenFreed() {
        long address = allocate(4 * MIB, 64);
        MemorySegment stale = driver.view(address, 4 * MIB, Arena.global());
        stale.fill((byte) 1);
        free(address, 4 * MIB);

        for (long at = 0; at < 4 * MIB; at += 512) {
            stale.get(ValueLayout.JAVA_BYTE, at);
            stale.set(ValueLayout.JAVA_BYTE, at, (byte) 2);
        }
        assertThat(stale.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);
    }

    @Test
    void shouldEndViewWhenItsArenaCloses() {
        long address = allocate(4096, 64);
        MemorySegment view;
        try (Arena arena = Arena.ofConfined()) {
            view = driver.view(address, 4096, arena);
            view.set(ValueLayout.JAVA_BYTE, 4095, (byte) 5);
        }

        assertThatIllegalStateException().isThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0));
        MemorySegment again = driver.view(address, 4096, Arena.global());
        assertThat(again.get(ValueLayout.JAVA_BYTE, 4095)).isEqualTo((byte) 5);
    }

    @Test
    void shouldWriteZerosWhenClearedAcrossChunks() {
        long bytes = 2 * MIB + 12345;
        long address = allocate(bytes + 2, 64);
        MemorySegment view = driver.view(address, bytes + 2, Arena.global());
        view.fill((byte) 9);

        driver.clear(address + 1, bytes);

        Pattern.checkAll(view.asSlice(1, bytes), (byte) 0);
        assertThat(view.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 9);
        assertThat(view.get(ValueLayout.JAVA_BYTE, bytes + 1)).isEqualTo((byte) 9);
    }

    @Test
    void shouldRefuseWhenMoreThanTheMachineHas() {
        long total = driver.memory(MemoryKind.HOST).totalBytes();

        for (long bytes : new long[] {total + pages.pageSize(), Long.MAX_VALUE - 1, Long.MAX_VALUE}) {
            assertThatExceptionOfType(DriverOutOfMemoryException.class)
                    .isThrownBy(() -> allocate(bytes, 64))
                    .withMessageContaining("allocate(host, " + bytes + ", 64)")
                    .withMessageContaining("ENOMEM");
        }
        assertThat(pages.mappedBytes).hasValue(0);
    }

    @Test
    void shouldRefuseWhenAllTogetherExceedTheMachine() throws IOException {
        Path meminfo = Files.createDirectories(fixture.resolve("proc")).resolve("meminfo");
        Files.writeString(meminfo, "MemTotal:  8192 kB\nMemAvailable:  8192 kB\n");
        CpuDriver small = new CpuDriver(createPages(), fixture);
        SegmentRequest request = new SegmentRequest(MemoryKind.HOST, 5 * MIB, 64, false);
        long first = small.allocate(request);
        assertThatExceptionOfType(DriverOutOfMemoryException.class)
                .isThrownBy(() -> small.allocate(request))
                .withMessageContaining("can have 8.00 MiB in all, and 5.00 MiB are handed out");

        small.free(MemoryKind.HOST, first, 5 * MIB);
        assertThat(small.allocate(request)).isEqualTo(first);
        Files.writeString(meminfo, "MemTotal:  10240 kB\nMemAvailable:  10240 kB\n");
        assertThat(small.allocate(request)).isNotEqualTo(first);
        small.close();
    }

    @Test
    void shouldTellFreeAndTotalWhenAsked() {
        MemoryInfo info = driver.memory(MemoryKind.HOST);

        assertThat(info.totalBytes()).isPositive();
        assertThat(info.freeBytes()).isBetween(0L, info.totalBytes());
    }

    @Test
    void shouldThrowWhenFreedTwiceOrOtherwiseThanAllocated() {
        long address = allocate(1000, 64);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> free(address, 1001))
                .withMessageContaining("0x" + Long.toHexString(address));
        assertThatIllegalArgumentException().isThrownBy(() -> free(address + 64, 1000));
        assertThatIllegalArgumentException().isThrownBy(() -> driver.free(MemoryKind.PINNED, address, 1000));
        free(address, 1000);
        assertThatIllegalArgumentException().isThrownBy(() -> free(address, 1000));
    }

    @Test
    void shouldThrowWhenRequestIsInvalid() {
        assertThatIllegalArgumentException().isThrownBy(() -> allocate(0, 64));
        assertThatIllegalArgumentException().isThrownBy(() -> allocate(-1, 64));
        assertThatIllegalArgumentException().isThrownBy(() -> allocate(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> allocate(1, 48));
        assertThatIllegalArgumentException().isThrownBy(() -> allocate(1, 4 * MIB));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> driver.allocate(new SegmentRequest(MemoryKind.DEVICE, 1, 1, false)))
                .withMessageContaining("device");
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> driver.allocate(new SegmentRequest(MemoryKind.HOST, 1, 1, true)));
    }

    @Test
    void shouldThrowWhenClosed() {
        allocate(1000, 64);
        driver.close();
        closed = true;

        assertThatIllegalStateException().isThrownBy(() -> allocate(1000, 64)).withMessageContaining("closed");
    }

    @Test
    void shouldKeepBytesApartWhenManyThreadsAllocate() throws InterruptedException {
        Crew.run(8, 16, worker -> {
            Random random = new Random(worker);
            for (int round = 0; round < 60; round++) {
                int bytes = 1 + random.nextInt(20_000);
                long address = allocate(bytes, 1L << random.nextInt(14));
                MemorySegment view = driver.view(address, bytes, Arena.global());
                Pattern.write(view, worker * 100 + round);
                Pattern.check(view, worker * 100 + round);
                free(address, bytes);
            }
        });
    }
}
