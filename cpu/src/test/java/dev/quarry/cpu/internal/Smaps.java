package dev.quarry.cpu.internal;

import dev.quarry.spi.support.ProcFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What the kernel tells of this process' mappings in {@code /proc/self/smaps}. */
final class Smaps {
    private Smaps() {}

    /** One mapping: from, to, and the lines that tell of it, the heading first. */
    private record Entry(long from, long to, List<String> lines) {
        OptionalLong kibibytes(String key) {
            return lines.stream()
                    .filter(line -> line.startsWith(key + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst();
        }
    }

    /** Returns the bytes in memory of all mappings that have a part of a range. */
    static long residentBytes(long address, long bytes) {
        return overlapping(address, bytes).stream()
                .mapToLong(entry -> entry.kibibytes("Rss").orElseThrow() * 1024)
                .sum();
    }

    /** Returns the bytes of a range that are neither readable nor writable. */
    static long closedBytes(long address, long bytes) {
        return overlapping(address, bytes).stream()
                .filter(entry -> entry.lines.getFirst().contains(" ---p "))
                .mapToLong(entry -> Math.min(entry.to, address + bytes) - Math.max(entry.from, address))
                .sum();
    }

    /** Returns the flags of the mapping at an address, such as {@code hg} for huge pages asked for. */
    static List<String> flags(long address) {
        return overlapping(address, 1).getFirst().lines.stream()
                .filter(line -> line.startsWith("VmFlags:"))
                .flatMap(line -> List.of(line.split("\\s+", -1)).stream())
                .toList();
    }

    private static List<Entry> overlapping(long address, long bytes) {
        List<Entry> all = new ArrayList<>();
        for (String line : ProcFile.lines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                String[] ends = line.substring(0, line.indexOf(' ')).split("-", -1);
                all.add(new Entry(
                        Long.parseUnsignedLong(ends[0], 16),
                        Long.parseUnsignedLong(ends[1], 16),
                        new ArrayList<>(List.of(line))));
            } else if (!all.isEmpty()) {
                all.getLast().lines.add(line);
            }
        }
        // The last mapping of a process, vsyscall, has an address that is negative as a long.
        return all.stream()
                .filter(entry -> entry.from >= 0 && entry.from < address + bytes && entry.to > address)
                .toList();
    }
}
