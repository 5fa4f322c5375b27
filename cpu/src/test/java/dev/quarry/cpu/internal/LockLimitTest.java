package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryInfo;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limit on locked pages, read from files of a test's own. */
class LockLimitTest {
    @TempDir
    Path root;

    @BeforeEach
    void writeFiles() throws IOException {
        Files.createDirectories(root.resolve("proc/self"));
        write("limits", """
            Limit                     Soft Limit           Hard Limit           Units
            Max locked memory         8388608              16777216             bytes
            """);
        write("status", """
            Name:\tjava
            VmLck:\t    2048 kB
            CapEff:\t0000000000000000
            """);
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(root.resolve("proc/self").resolve(file), text);
    }

    @Test
    void shouldReadSoftLimitAndLockedBytesWhenBound() {
        LockLimit limit = new LockLimit(root);

        assertThat(limit.limit()).hasValue(8 << 20);
        assertThat(limit.locked()).isEqualTo(2 << 20);
        assertThat(limit.bound(new MemoryInfo(100 << 20, 200 << 20))).isEqualTo(new MemoryInfo(6 << 20, 8 << 20));
        assertThat(limit.bound(new MemoryInfo(1 << 20, 4 << 20))).isEqualTo(new MemoryInfo(1 << 20, 4 << 20));
    }

    @Test
    void shouldNotBindWhenUnlimitedOrPrivileged() throws IOException {
        MemoryInfo machine = new MemoryInfo(100 << 20, 200 << 20);
        write("status", "VmLck:\t2048 kB\nCapEff:\t0000000000004000\n");
        assertThat(new LockLimit(root).bound(machine)).isEqualTo(machine);

        write("status", "VmLck:\t2048 kB\nCapEff:\t0000000000000000\n");
        write("limits", "Max locked memory         unlimited            unlimited            bytes\n");
        assertThat(new LockLimit(root).bound(machine)).isEqualTo(machine);
    }

    @Test
    void shouldNotBindWhenFilesAreMissing() {
        assertThat(new LockLimit(root.resolve("nowhere")).limit()).isEmpty();
    }

    @Test
    void shouldExplainLimitAndRemediesWhenRefused() {
        for (int errno : new int[] {1, 11, 12}) {
            DriverException refused = new LockLimit(root).notLocked("0x1000, 12582912", 12 << 20, errno);
            assertThat(refused)
                    .isInstanceOf(DriverOutOfMemoryException.class)
                    .hasMessageContaining("mlock(0x1000, 12582912) failed: " + errno)
                    .hasMessageContaining("12.00 MiB")
                    .hasMessageContaining("2.00 MiB locked already")
                    .hasMessageContaining("8.00 MiB (8388608 bytes)")
                    .hasMessageContaining("ulimit -l")
                    .hasMessageContaining("LimitMEMLOCK=infinity")
                    .hasMessageContaining("--ulimit memlock=-1");
        }
    }

    @Test
    void shouldBlameTheMachineWhenNoLimitBinds() throws IOException {
        write("limits", "Max locked memory         unlimited            unlimited            bytes\n");

        assertThat(new LockLimit(root).notLocked("0x1000, 4096", 4096, 12))
                .isInstanceOf(DriverOutOfMemoryException.class)
                .hasMessageContaining("does not limit this process");
    }

    @Test
    void shouldNotSayOutOfMemoryWhenArgumentsAreWrong() {
        assertThat(new LockLimit(root).notLocked("0x1, 4096", 4096, 22))
                .isNotInstanceOf(DriverOutOfMemoryException.class)
                .hasMessage("mlock(0x1, 4096) failed: 22 EINVAL: invalid argument");
    }
}
