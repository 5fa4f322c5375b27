package dev.quarry.spi.support;

import dev.quarry.MemoryInfo;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How much memory there is for this process: the machine's, bounded by its control groups.
 *
 * <p>Where the kernel does not tell (no Linux, no {@code /proc}), the figures are the greatest heap of this JVM, which
 * is also what the JDK takes as the default limit of direct buffers, less what was taken here. Thread-safe.
 */
public final class MachineMemory {
    private final Path figures;
    private final ControlGroups groups;

    /**
     * Makes one.
     *
     * @param root {@code /}, or where a test has its {@code proc} and {@code sys}
     */
    public MachineMemory(Path root) {
        this.figures = root.resolve("proc/meminfo");
        this.groups = ControlGroups.find(root);
    }

    /**
     * Looks anew.
     *
     * @param taken bytes that this process took through Quarry, used where nobody else counts
     */
    public MemoryInfo now(long taken) {
        OptionalLong total = ProcFile.bytes(figures, "MemTotal");
        OptionalLong available = ProcFile.bytes(figures, "MemAvailable");
        if (total.isEmpty() || available.isEmpty()) {
            long most = Runtime.getRuntime().maxMemory();
            return new MemoryInfo(Math.max(0, most - taken), most);
        }
        return groups.bound(new MemoryInfo(available.getAsLong(), total.getAsLong()));
    }

    /** Returns the bytes that all allocations together cannot exceed; {@code Long.MAX_VALUE} if nobody knows. */
    public long most() {
        OptionalLong total = ProcFile.bytes(figures, "MemTotal");
        return total.isEmpty()
                ? Long.MAX_VALUE
                : groups.bound(new MemoryInfo(0, total.getAsLong())).totalBytes();
    }
}
