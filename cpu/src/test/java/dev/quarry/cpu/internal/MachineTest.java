package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.DeviceInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the device says of itself, read from files of a test's own. */
class MachineTest {
    @TempDir
    Path root;

    private void write(String file, String text) throws IOException {
        Files.createDirectories(root.resolve(file).getParent());
        Files.writeString(root.resolve(file), text);
    }

    private DeviceInfo info() {
        try (HostPages pages = new ArenaPages("test")) {
            return Machine.info(pages, root);
        }
    }

    @Test
    void shouldTellModelPagesAndNodesWhenKernelTellsThem() throws IOException {
        write("proc/cpuinfo", "processor\t: 0\nmodel\t\t: 2\nmodel name\t: ACME 9000 @ 3 GHz\n");
        write("proc/meminfo", "Hugepagesize:       2048 kB\n");
        write("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        for (String node : new String[] {"node0/x", "node1/x", "node12/x", "power/x"}) {
            write("sys/devices/system/node/" + node, "");
        }

        assertThat(info().id()).isEqualTo("cpu:0");
        assertThat(info().name()).isEqualTo("ACME 9000 @ 3 GHz");
        assertThat(info().properties())
                .containsEntry("pageSize", "4096")
                .containsEntry("hugePageSize", "2097152")
                .containsEntry("transparentHugePages", "madvise")
                .containsEntry("numaNodes", "3")
                .containsKeys("cores", "os", "architecture", "memory");
    }

    @Test
    void shouldUseBoardNameWhenProcessorHasNone() throws IOException {
        write("proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\n");
        write("sys/firmware/devicetree/base/model", "Some Board\0");

        assertThat(info().name()).isEqualTo("Some Board");
    }

    @Test
    void shouldNameArchitectureWhenKernelTellsNothing() {
        assertThat(info().name()).isEqualTo(System.getProperty("os.arch") + " processor");
        assertThat(info().properties()).doesNotContainKeys("hugePageSize", "numaNodes", "transparentHugePages");
    }
}
