package dev.quarry.cpu.internal;

import dev.quarry.ByteSize;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.support.MachineMemory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that one driver handed out, and the addresses that it keeps for reuse.
 *
 * <p>An address, once handed out, stays readable and writable until the close, whoever holds it: a view that outlived
 * its allocation reads zeros or somebody else's bytes, and never crashes the JVM. So a freed range gives its pages back
 * to the kernel, keeps its addresses, and waits in {@link AddressRanges}. Thread-safe; no lock is held in a system call.
 */
final class HostMemory implements AutoCloseable {
    private final HostPages pages;
    private final HostAccount account;
    private final MachineMemory machine;
    private final LockLimit lockLimit;

    /** Free ranges, all readable and writable. */
    private final AddressRanges addresses;

    private final ReentrantLock lock = new ReentrantLock();

    /** What is handed out, by address. Guarded by {@link #lock}. */
    private final Map<Long, Held> held = new HashMap<>();

    private record Held(MemoryKind kind, long bytes) {}

    /** Makes one that owns its pages, and closes the account with them. */
    HostMemory(HostPages pages, HostAccount account, MachineMemory machine, LockLimit lockLimit) {
        this.pages = pages;
        this.account = account;
        this.machine = machine;
        this.lockLimit = lockLimit;
        this.addresses = new AddressRanges(pages.pageSize(), pages::map);
    }

    /** Returns free and total memory of a kind. */
    MemoryInfo info(MemoryKind kind) {
        MemoryInfo now = machine.now(account.taken());
        return kind.equals(MemoryKind.PINNED) ? lockLimit.bound(now) : now;
    }

    /**
     * Takes memory; see {@link dev.quarry.spi.DeviceDriver#allocate}.
     *
     * @throws IllegalStateException if the driver is closed
     */
    long allocate(SegmentRequest request) {
        long bytes = wholePages(request.bytes());
        account.admit(bytes, "allocate", () -> arguments(request));
        try {
            long address = addresses.take(bytes, request.alignment());
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
            account.dismiss(bytes);
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
        addresses.putBack(address, bytes);
        account.dismiss(bytes);
    }

    @Override
    public void close() {
        account.close();
        pages.close();
    }

    private void lockPages(SegmentRequest request, long address, long bytes) {
        try {
            // Beyond what is free, the kernel would not refuse: it would end a process, likely this one.
            long available = machine.now(0).freeBytes();
            if (bytes > available) {
                throw HostAccount.exhausted(
                        "allocate",
                        arguments(request),
                        "only " + ByteSize.format(available) + " are free on this machine");
            }
            pages.lock(address, bytes);
        } catch (DriverException e) {
            try {
                pages.discard(address, bytes);
                addresses.putBack(address, bytes);
            } catch (DriverException lost) {
                e.addSuppressed(lost);
            }
            throw e;
        }
    }

    private static String arguments(SegmentRequest request) {
        return request.kind() + ", " + request.bytes() + ", " + request.alignment();
    }

    private long wholePages(long bytes) {
        return RangeCache.alignUp(bytes, pages.pageSize());
    }
}
