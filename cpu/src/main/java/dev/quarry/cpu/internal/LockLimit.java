package dev.quarry.cpu.internal;

import dev.quarry.ByteSize;
import dev.quarry.MemoryInfo;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.support.ProcFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The limit on page-locked memory, {@code RLIMIT_MEMLOCK}, and the words in which a refusal is explained.
 *
 * <p>The limit counts all pages that a process has locked, by whatever library, and does not bind a process with the
 * capability {@code CAP_IPC_LOCK}. Thread-safe.
 */
final class LockLimit {
    private static final int CAP_IPC_LOCK = 14;

    private final Path limits;
    private final Path status;

    /**
     * Makes one.
     *
     * @param root {@code /}, or where a test has its {@code proc}
     */
    LockLimit(Path root) {
        this.limits = root.resolve("proc/self/limits");
        this.status = root.resolve("proc/self/status");
    }

    /** Returns the limit in bytes, or nothing if locking is not limited or the limit cannot be read. */
    OptionalLong limit() {
        return mayExceed() ? OptionalLong.empty() : ProcFile.bytes(limits, "Max locked memory");
    }

    /** Returns the bytes that this process has locked. */
    long locked() {
        return ProcFile.bytes(status, "VmLck").orElse(0);
    }

    /** Returns the tighter of a machine's figures and this limit. */
    MemoryInfo bound(MemoryInfo machine) {
        OptionalLong limit = limit();
        if (limit.isEmpty()) {
            return machine;
        }
        long left = Math.max(0, limit.getAsLong() - locked());
        return new MemoryInfo(Math.min(machine.freeBytes(), left), Math.min(machine.totalBytes(), limit.getAsLong()));
    }

    /**
     * Explains why pages could not be locked.
     *
     * @param arguments those of {@code mlock}, as text
     * @param bytes how many it should lock
     */
    DriverException notLocked(String arguments, long bytes, int errno) {
        String failure = Errno.describe(errno);
        if (errno == Errno.ENOMEM.number() || errno == Errno.EPERM.number() || errno == Errno.EAGAIN.number()) {
            return new DriverOutOfMemoryException("mlock", arguments, errno, failure + "; " + explanation(bytes));
        }
        return new DriverException("mlock", arguments, errno, failure);
    }

    private String explanation(long bytes) {
        OptionalLong limit = limit();
        if (limit.isEmpty()) {
            return "RLIMIT_MEMLOCK does not limit this process, so the machine or its container has too little memory";
        }
        return String.format(
                "%s more than the %s locked already do not fit RLIMIT_MEMLOCK, %s (%d bytes). Raise it: `ulimit -l` in"
                    + " the shell that starts the JVM (in KiB, or unlimited), LimitMEMLOCK=infinity in a systemd unit,"
                    + " `docker run --ulimit memlock=-1`; or allocate less pinned memory",
                ByteSize.format(bytes),
                ByteSize.format(locked()),
                ByteSize.format(limit.getAsLong()),
                limit.getAsLong());
    }

    private boolean mayExceed() {
        Optional<String> effective = ProcFile.value(status, "CapEff");
        try {
            return effective.isPresent() && (Long.parseUnsignedLong(effective.get(), 16) >>> CAP_IPC_LOCK & 1) == 1;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
