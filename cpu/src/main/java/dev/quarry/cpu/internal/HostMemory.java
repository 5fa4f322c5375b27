package dev.quarry.cpu.internal;

import dev.quarry.ByteSize;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that one driver handed out, and the addresses that it keeps for reuse.
 *
 * <p>An address, once handed out, stays readable and writable until the close, whoever holds it: a view that outlived
 * its allocation reads zeros or somebody else's bytes, and never crashes the JVM. So a freed range gives its pages back
 * to the kernel, keeps its addresses, and waits in the {@link RangeCache}. Thread-safe; no lock is held in a system call.
 */
final class HostMemory implements AutoCloseable {
    private final HostPages pages;
    private final MachineMemory machine;
    private final LockLimit lockLimit;
    private final ReentrantLock lock = new ReentrantLock();

    /** Free ranges, all mapped. Guarded by {@link #lock}, as all below. */
    private final RangeCache free = new RangeCache();

    /** What is handed out, by address. */
    private final Map<Long, Held> held = new HashMap<>();

    /** Whole pages that are handed out, on their way, or lost in a failed free. */
    private long heldBytes;

    /** The bound of {@link #heldBytes}, as last looked at. */
    private long most;

    private boolean closed;

    private record Held(MemoryKind kind, long bytes) {}

    HostMemory(HostPages pages, MachineMemory machine, LockLimit lockLimit) {
        this.pages = pages;
        this.machine = machine;
        this.lockLimit = lockLimit;
        this.most = machine.most();
    }

    /** Returns free and total memory of a kind. */
    MemoryInfo info(MemoryKind kind) {
        long taken;
        lock.lock();
        try {
            taken = heldBytes;
        } finally {
            lock.unlock();
        }
        MemoryInfo now = machine.now(taken);
        return kind.equals(MemoryKind.PINNED) ? lockLimit.bound(now) : now;
    }

    /**
     * Takes memory; see {@link dev.quarry.spi.DeviceDriver#allocate}.
     *
     * @throws IllegalStateException if the driver is closed
     */
    long allocate(SegmentRequest request) {
        long bytes = wholePages(request.bytes());
        admit(request, bytes);
        try {
            long address = take(bytes, request.alignment());
            if (request.kind().equals(MemoryKind.PINNED)) {
                lockPages(request, address, bytes);
            }
            lock.lock();
            try {
                held.put(address, new Held(request.kind(), request.bytes()));
            } finally {
                lock.unlock();
            }
            return address;
        } catch (Throwable t) {
            dismiss(bytes);
            throw t;
        }
    }

    /**
     * Gives memory back; see {@link dev.quarry.spi.DeviceDriver#free}.
     *
     * @throws IllegalArgumentException if no such memory is held; nothing changes then
     */
    void free(MemoryKind kind, long address, long requested) {
        lock.lock();
        try {
            Held known = held.get(address);
            if (known == null || !known.kind.equals(kind) || known.bytes != requested) {
                throw new IllegalArgumentException("no " + kind + " memory of " + requested + " bytes is held at 0x"
                        + Long.toHexString(address) + (known == null ? "" : ", but " + known));
            }
            held.remove(address);
        } finally {
            lock.unlock();
        }
        long bytes = wholePages(requested);
        if (kind.equals(MemoryKind.PINNED)) {
            pages.unlock(address, bytes);
        }
        pages.discard(address, bytes);
        putBack(address, bytes);
        dismiss(bytes);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        pages.close();
    }

    /** Counts bytes in, before they are taken. */
    private void admit(SegmentRequest request, long bytes) {
        if (!fits(request, bytes)) {
            // A container's limit may have been raised since.
            long now = machine.most();
            long taken;
            lock.lock();
            try {
                most = now;
                taken = heldBytes;
            } finally {
                lock.unlock();
            }
            if (!fits(request, bytes)) {
                throw exhausted(
                        request,
                        "this process can have " + ByteSize.format(now) + " in all, and " + ByteSize.format(taken)
                                + " are handed out");
            }
        }
    }

    private boolean fits(SegmentRequest request, long bytes) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the driver of cpu:0 is closed");
            }
            // Rounding up may have overflowed.
            if (bytes < request.bytes() || bytes > most - heldBytes) {
                return false;
            }
            heldBytes += bytes;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void dismiss(long bytes) {
        lock.lock();
        try {
            heldBytes -= bytes;
        } finally {
            lock.unlock();
        }
    }

    private long take(long bytes, long alignment) {
        lock.lock();
        try {
            OptionalLong known = free.take(bytes, alignment);
            if (known.isPresent()) {
                return known.getAsLong();
            }
        } finally {
            lock.unlock();
        }
        long mapped = bytes + Math.max(0, alignment - pages.pageSize());
        long start = pages.map(mapped);
        long address = RangeCache.alignUp(start, alignment);
        putBack(start, address - start);
        putBack(address + bytes, start + mapped - address - bytes);
        return address;
    }

    private void putBack(long address, long bytes) {
        lock.lock();
        try {
            free.put(address, bytes);
        } finally {
            lock.unlock();
        }
    }

    private void lockPages(SegmentRequest request, long address, long bytes) {
        try {
            // Beyond what is free, the kernel would not refuse: it would end a process, likely this one.
            long available = machine.now(0).freeBytes();
            if (bytes > available) {
                throw exhausted(request, "only " + ByteSize.format(available) + " are free on this machine");
            }
            pages.lock(address, bytes);
        } catch (DriverException e) {
            try {
                pages.discard(address, bytes);
                putBack(address, bytes);
            } catch (DriverException lost) {
                e.addSuppressed(lost);
            }
            throw e;
        }
    }

    private static DriverOutOfMemoryException exhausted(SegmentRequest request, String reason) {
        String arguments = request.kind() + ", " + request.bytes() + ", " + request.alignment();
        return new DriverOutOfMemoryException(
                "allocate", arguments, Errno.ENOMEM.number(), Errno.describe(Errno.ENOMEM.number()) + "; " + reason);
    }

    private long wholePages(long bytes) {
        return RangeCache.alignUp(bytes, pages.pageSize());
    }
}
