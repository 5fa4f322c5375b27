package dev.quarry.cpu.internal;

import dev.quarry.ByteSize;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.support.MachineMemory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The count of what one driver handed out, bounded by what this process can have, and in one step by what is free.
 *
 * <p>Counts rights, not pages: the kernel commits those when they are first written. So what is free now bounds each step,
 * and the machine's memory, or the control groups', all of them together. Thread-safe; no lock is held while the machine's
 * figures are read.
 */
final class HostAccount {
    /** The part of the free memory that may be taken between two looks: others take some meanwhile as well. */
    private static final int PART = 64;

    private final MachineMemory machine;
    private final ReentrantLock lock = new ReentrantLock();

    /** Bytes that are handed out, on their way, or lost in a failed free. Guarded by {@link #lock}, as all below. */
    private long takenBytes;

    /** What may be taken before the free memory is looked at again: {@link #PART} of it. */
    private long unseenBytes;

    /** The bound of {@link #takenBytes}, as last looked at. */
    private long most;

    private boolean closed;

    HostAccount(MachineMemory machine) {
        this.machine = machine;
        this.most = machine.most();
    }

    /** Returns the bytes that are handed out. */
    long taken() {
        lock.lock();
        try {
            return takenBytes;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Counts bytes in, before they are taken.
     *
     * @param bytes not counted if negative, but refused: the sign of a size that overflowed
     * @param function the driver's function that takes them, for a failure's message
     * @param arguments its arguments, as text
     * @throws DriverOutOfMemoryException if the process cannot have as much
     * @throws IllegalStateException if the driver is closed
     */
    void admit(long bytes, String function, Supplier<String> arguments) {
        checkFree(bytes, function, arguments);
        if (fits(bytes)) {
            return;
        }
        // A container's limit may have been raised since.
        long now = machine.most();
        long taken;
        lock.lock();
        try {
            most = now;
            taken = takenBytes;
        } finally {
            lock.unlock();
        }
        if (!fits(bytes)) {
            throw exhausted(
                    function,
                    arguments.get(),
                    "this process can have " + ByteSize.format(now) + " in all, and " + ByteSize.format(taken)
                            + " are handed out");
        }
    }

    /** Refuses what is more than is free now, after other processes took theirs. */
    private void checkFree(long bytes, String function, Supplier<String> arguments) {
        long taken;
        lock.lock();
        try {
            checkOpen();
            if (bytes <= unseenBytes) {
                unseenBytes -= Math.max(0, bytes);
                return;
            }
            taken = takenBytes;
        } finally {
            lock.unlock();
        }
        long free = machine.now(taken).freeBytes();
        if (bytes > free) {
            throw exhausted(function, arguments.get(), "only " + ByteSize.format(free) + " are free on this machine");
        }
        lock.lock();
        try {
            unseenBytes = free / PART;
        } finally {
            lock.unlock();
        }
    }

    /** Counts bytes out, after they are given back. */
    void dismiss(long bytes) {
        lock.lock();
        try {
            takenBytes -= bytes;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks whether the driver is open.
     *
     * @throws IllegalStateException if not
     */
    void checkOpen() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the driver of cpu:0 is closed");
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing in any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Returns what to throw where memory does not suffice. */
    static DriverOutOfMemoryException exhausted(String function, String arguments, String reason) {
        int errno = Errno.ENOMEM.number();
        return new DriverOutOfMemoryException(function, arguments, errno, Errno.describe(errno) + "; " + reason);
    }

    private boolean fits(long bytes) {
        lock.lock();
        try {
            checkOpen();
            if (bytes < 0 || bytes > most - takenBytes) {
                return false;
            }
            takenBytes += bytes;
            return true;
        } finally {
            lock.unlock();
        }
    }
}
