package dev.quarry.spi.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's figures and its control groups', read from files of a test's own. */
class MachineMemoryTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path root;

    @BeforeEach
    void writeMachine() throws IOException {
        write("proc/meminfo", "MemTotal:  1048576 kB\nMemFree:  1 kB\nMemAvailable:  524288 kB\n");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(root.resolve(file).getParent());
        Files.writeString(root.resolve(file), text);
    }

    private MemoryInfo now() {
        return new MachineMemory(root).now(0);
    }

    @Test
    void shouldTellTotalAndAvailableWhenNoGroupLimits() {
        assertThat(now()).isEqualTo(new MemoryInfo(512 * MIB, 1024 * MIB));
    }

    @Test
    void shouldUseTightestGroupWhenVersion2Nests() throws IOException {
        write("proc/self/cgroup", "0::/outer/inner\n");
        write("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n");
        write("sys/fs/cgroup/outer/memory.max", "104857600\n");
        write("sys/fs/cgroup/outer/memory.current", "94371840\n");
        write("sys/fs/cgroup/outer/memory.stat", "anon 1\ninactive_file 41943040\n");
        write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
        write("sys/fs/cgroup/outer/inner/memory.current", "1\n");

        assertThat(now()).isEqualTo(new MemoryInfo(50 * MIB, 100 * MIB));
        assertThat(new MachineMemory(root).most()).isEqualTo(100 * MIB);
    }

    @Test
    void shouldFindOwnGroupWhenMountShowsOnlyItsHierarchy() throws IOException {
        write("proc/self/cgroup", "9:name=systemd:/docker/abc\n4:cpu,memory:/docker/abc\n0::/\n");
        write("proc/self/mountinfo", """
            31 24 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
            32 24 0:30 / /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset
            """);
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "209715200\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "20971520\n");
        write("sys/fs/cgroup/memory/memory.stat", "inactive_file 7\ntotal_inactive_file 10485760\n");

        assertThat(now()).isEqualTo(new MemoryInfo(190 * MIB, 200 * MIB));
    }

    @Test
    void shouldIgnoreLimitWhenVersion1WritesItsLargestNumber() throws IOException {
        write("proc/self/cgroup", "4:memory:/\n");
        write("proc/self/mountinfo", "31 24 0:29 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");

        assertThat(now()).isEqualTo(new MemoryInfo(512 * MIB, 1024 * MIB));
    }

    @Test
    void shouldTellNothingFreeWhenGroupIsOverItsLimit() throws IOException {
        write("proc/self/mountinfo", "garbage\n1 - x\n30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        write("sys/fs/cgroup/memory.max", "1048576\n");
        write("sys/fs/cgroup/memory.current", "2097152\n");

        assertThat(now()).isEqualTo(new MemoryInfo(0, MIB));
    }

    @Test
    void shouldFallBackToGreatestHeapWhenKernelTellsNothing() {
        MachineMemory machine = new MachineMemory(root.resolve("nowhere"));
        long most = Runtime.getRuntime().maxMemory();

        assertThat(machine.now(MIB)).isEqualTo(new MemoryInfo(most - MIB, most));
        assertThat(machine.now(most + 1).freeBytes()).isZero();
        assertThat(machine.most()).isEqualTo(Long.MAX_VALUE);
    }
}
