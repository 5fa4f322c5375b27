package dev.quarry.cpu.internal;

import dev.quarry.MemoryKind;
import dev.quarry.spi.VirtualMemory;
import java.util.Set;

/**
 * Virtual memory of kind host: wide ranges of addresses, and rights to bytes that are mapped into them.
 *
 * <p>The kernel commits pages when they are first written, so a handle is a right that {@link HostAccount} counts, and
 * mapping says where it is used. A range begins without access and without memory behind it, also where the kernel
 * overcommits nothing. Mapping opens its pages, and from then on they stay readable and writable until the device
 * closes: a view that outlived its mapping, or the range, reads zeros or somebody else's bytes, and never crashes the
 * JVM. What such a view writes is memory that nobody counts, until its range is mapped and unmapped once more.
 *
 * <p>There is none of kind pinned: its pages would have to be locked where they are mapped, so memory that is taken
 * already could be refused there, and what was unlocked could not surely be locked again where an unmapping fails.
 * Thread-safe; no lock is held in a system call.
 */
final class HostVirtualMemory implements VirtualMemory {
    /** The size of huge pages on x86-64 and most of AArch64, so that a mapping never splits one. */
    static final long PAGE_SIZE = 2L << 20;

    private final HostPages pages;
    private final HostAccount account;

    /** Ranges that are not reserved any more: without memory, some with access and some not yet. */
    private final AddressRanges addresses;

    private final MappingTable table = new MappingTable();

    /**
     * Makes one that owns nothing: its ranges end with the pages.
     *
     * @param pages with {@link HostPages#canReserve()}
     */
    HostVirtualMemory(HostPages pages, HostAccount account) {
        this.pages = pages;
        this.account = account;
        this.addresses = new AddressRanges(pages.pageSize(), pages::reserve);
    }

    @Override
    public Set<MemoryKind> kinds() {
        return Set.of(MemoryKind.HOST);
    }

    /**
     * Returns 2 MiB.
     *
     * @throws UnsupportedOperationException for page-locked memory
     */
    @Override
    public long pageSize(MemoryKind kind) {
        checkKind(kind);
        return PAGE_SIZE;
    }

    @Override
    public long reserve(MemoryKind kind, long bytes) {
        checkKind(kind);
        checkBytes(bytes);
        account.checkOpen();
        long address = addresses.take(bytes, PAGE_SIZE);
        table.reserve(address, bytes);
        return address;
    }

    @Override
    public void unreserve(long address, long bytes) {
        account.checkOpen();
        table.unreserve(address, bytes);
        addresses.putBack(address, bytes);
    }

    @Override
    public long create(MemoryKind kind, long bytes) {
        checkKind(kind);
        checkBytes(bytes);
        account.admit(bytes, "create", () -> kind + ", " + bytes);
        return table.create(bytes);
    }

    @Override
    public void release(long handle, long bytes) {
        account.checkOpen();
        table.release(handle, bytes);
        account.dismiss(bytes);
    }

    @Override
    public void map(long address, long bytes, long handle) {
        account.checkOpen();
        checkBytes(bytes);
        if (address % PAGE_SIZE != 0) {
            throw new IllegalArgumentException(
                    "address 0x" + Long.toHexString(address) + " is no multiple of " + PAGE_SIZE);
        }
        table.beginMap(address, bytes, handle);
        try {
            pages.open(address, bytes);
        } catch (Throwable t) {
            table.remove(address);
            throw t;
        }
        table.settle(address);
    }

    @Override
    public void unmap(long address, long bytes) {
        account.checkOpen();
        table.beginUnmap(address, bytes);
        try {
            pages.discard(address, bytes);
        } catch (Throwable t) {
            table.settle(address);
            throw t;
        }
        table.remove(address);
    }

    /** Checks that the bytes are whole mappings; the host has had access since {@link #map}. */
    @Override
    public void setAccess(long address, long bytes) {
        account.checkOpen();
        checkBytes(bytes);
        table.checkMapped(address, bytes);
    }

    private static void checkKind(MemoryKind kind) {
        if (kind.equals(MemoryKind.PINNED)) {
            throw new UnsupportedOperationException("cpu:0 has virtual memory of kind host only, not pinned");
        }
        if (!kind.equals(MemoryKind.HOST)) {
            throw new IllegalArgumentException("cpu:0 offers virtual memory of kind host, not " + kind);
        }
    }

    private static void checkBytes(long bytes) {
        if (bytes <= 0 || bytes % PAGE_SIZE != 0) {
            throw new IllegalArgumentException("bytes = " + bytes + " is no positive multiple of " + PAGE_SIZE);
        }
    }
}
