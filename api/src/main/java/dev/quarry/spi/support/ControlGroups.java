package dev.quarry.spi.support;

import dev.quarry.MemoryInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The memory limits that Linux control groups, such as a container's, set on this process.
 *
 * <p>Knows version 2 and version 1, also mounted side by side. A group's limit binds all groups below it, so all
 * groups from the process' own up to the mount are looked at. Cached file pages that the kernel gives up when asked
 * ({@code inactive_file}) count as free. References: {@code cgroups(7)}, {@code Documentation/admin-guide/cgroup-v2.rst}.
 */
final class ControlGroups {
    /** Where version 2 writes {@code max}, version 1 writes the largest multiple of the page size. */
    private static final long UNLIMITED = 1L << 60;

    private final List<Level> levels;

    /** One group: where its figures stand. */
    private record Level(Path limit, Path usage, Path statistics, String reclaimable) {
        static Level ofVersion1(Path group) {
            return new Level(
                    group.resolve("memory.limit_in_bytes"),
                    group.resolve("memory.usage_in_bytes"),
                    group.resolve("memory.stat"),
                    "total_inactive_file");
        }

        static Level ofVersion2(Path group) {
            return new Level(
                    group.resolve("memory.max"),
                    group.resolve("memory.current"),
                    group.resolve("memory.stat"),
                    "inactive_file");
        }
    }

    private ControlGroups(List<Level> levels) {
        this.levels = List.copyOf(levels);
    }

    /**
     * Finds the groups of this process.
     *
     * @param root {@code /}, or where a test has its {@code proc} and {@code sys}
     */
    static ControlGroups find(Path root) {
        List<Level> levels = new ArrayList<>();
        for (String line : ProcFile.lines(root.resolve("proc/self/mountinfo"))) {
            int separator = line.indexOf(" - ");
            if (separator < 0) {
                continue;
            }
            String[] place = line.substring(0, separator).split(" ", -1);
            String[] system = line.substring(separator + 3).split(" ", -1);
            if (place.length < 5 || system.length < 3) {
                continue;
            }
            Path mount = root.resolve(place[4].substring(1));
            if (system[0].equals("cgroup2")) {
                for (Path group : upwards(mount, place[3], ownGroup(root, ""))) {
                    levels.add(Level.ofVersion2(group));
                }
            } else if (system[0].equals("cgroup")
                    && List.of(system[2].split(",")).contains("memory")) {
                for (Path group : upwards(mount, place[3], ownGroup(root, "memory"))) {
                    levels.add(Level.ofVersion1(group));
                }
            }
        }
        levels.removeIf(level -> !Files.isReadable(level.limit));
        return new ControlGroups(levels);
    }

    /** Returns the tighter of a machine's figures and the groups'. */
    MemoryInfo bound(MemoryInfo machine) {
        long free = machine.freeBytes();
        long total = machine.totalBytes();
        for (Level level : levels) {
            OptionalLong limit = ProcFile.number(level.limit);
            if (limit.isEmpty() || limit.getAsLong() >= UNLIMITED) {
                continue;
            }
            long reclaimable =
                    ProcFile.bytes(level.statistics, level.reclaimable).orElse(0);
            long used = ProcFile.number(level.usage).orElse(0) - reclaimable;
            total = Math.min(total, limit.getAsLong());
            free = Math.min(free, limit.getAsLong() - Math.max(0, used));
        }
        return new MemoryInfo(Math.max(0, free), total);
    }

    /** Returns the path of the process' own group in the hierarchy with a controller, or {@code /}. */
    private static String ownGroup(Path root, String controller) {
        for (String line : ProcFile.lines(root.resolve("proc/self/cgroup"))) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3 && List.of(fields[1].split(",")).contains(controller)) {
                return fields[2];
            }
        }
        return "/";
    }

    /** Returns a group's folder and those above it up to the mount, which shows the hierarchy from one group on. */
    private static List<Path> upwards(Path mount, String mountedGroup, String ownGroup) {
        String prefix = mountedGroup.equals("/") ? "" : mountedGroup;
        boolean below = ownGroup.startsWith(prefix + "/") && !ownGroup.contains("/..");
        Path group = below ? mount.resolve(ownGroup.substring(prefix.length() + 1)) : mount;
        List<Path> groups = new ArrayList<>();
        for (Path at = group; at != null && at.startsWith(mount); at = at.getParent()) {
            groups.add(at);
        }
        return groups;
    }
}
