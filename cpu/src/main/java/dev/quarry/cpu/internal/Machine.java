package dev.quarry.cpu.internal;

import dev.quarry.ByteSize;
import dev.quarry.DeviceInfo;
import dev.quarry.spi.support.ProcFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The host as a device: its processor's name and what people want to know of it. */
final class Machine {
    private Machine() {}

    /**
     * Looks at the machine.
     *
     * @param pages how its memory is taken
     * @param root {@code /}, or where a test has its {@code proc} and {@code sys}
     */
    static DeviceInfo info(HostPages pages, Path root) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("os", System.getProperty("os.name", "?") + " " + System.getProperty("os.version", "?"));
        properties.put("architecture", System.getProperty("os.arch", "?"));
        properties.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        properties.put("memory", pages.description());
        properties.put("pageSize", Long.toString(pages.pageSize()));
        if (pages.canReserve()) {
            properties.put("virtual memory", "pages of " + ByteSize.format(HostVirtualMemory.PAGE_SIZE));
        }
        ProcFile.bytes(root.resolve("proc/meminfo"), "Hugepagesize")
                .ifPresent(bytes -> properties.put("hugePageSize", Long.toString(bytes)));
        transparentHugePages(root).ifPresent(mode -> properties.put("transparentHugePages", mode));
        numaNodes(root).ifPresent(nodes -> properties.put("numaNodes", Integer.toString(nodes)));
        return new DeviceInfo("cpu:0", processor(root), properties);
    }

    private static OptionalInt numaNodes(Path root) {
        int nodes = 0;
        try (DirectoryStream<Path> all =
                Files.newDirectoryStream(root.resolve("sys/devices/system/node"), "node[0-9]*")) {
            for (Path _ : all) {
                nodes++;
            }
        } catch (IOException | DirectoryIteratorException e) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(nodes);
    }

    /** Returns the memory nodes' numbers as the kernel writes them, such as {@code 0-1}. */
    static Optional<String> onlineNodes(Path root) {
        return ProcFile.lines(root.resolve("sys/devices/system/node/online")).stream()
                .findFirst();
    }

    /** Returns the mode that the kernel writes in brackets: always, madvise or never. */
    static Optional<String> transparentHugePages(Path root) {
        return ProcFile.lines(root.resolve("sys/kernel/mm/transparent_hugepage/enabled")).stream()
                .map(line -> line.replaceFirst(".*\\[(.*)].*", "$1"))
                .findFirst();
    }

    /** Returns the processor's name; Linux tells none on most AArch64 machines, which then have their board's. */
    private static String processor(Path root) {
        return ProcFile.value(root.resolve("proc/cpuinfo"), "model name")
                .or(() -> ProcFile.value(root.resolve("proc/cpuinfo"), "Model"))
                .or(() -> ProcFile.lines(root.resolve("sys/firmware/devicetree/base/model")).stream()
                        .findFirst()
                        .map(line -> line.replace("\0", "")))
                .orElseGet(() -> System.getProperty("os.arch", "unknown") + " processor");
    }
}
