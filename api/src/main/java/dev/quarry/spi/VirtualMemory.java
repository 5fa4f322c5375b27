package dev.quarry.spi;

import dev.quarry.MemoryKind;

/**
 * Reserved address space, and physical memory that is mapped into it: one handle whole, at one place at a time.
 *
 * <p>All calls act from the host at once, whatever the device's streams still do.
 */
@Incubating
public interface VirtualMemory {
    /** Returns the unit of mapping in bytes, a power of two. */
    long pageSize(MemoryKind kind);

    /**
     * Reserves address space without memory behind it.
     *
     * @param bytes a multiple of the page size
     * @return the range's address, a multiple of the page size
     */
    long reserve(MemoryKind kind, long bytes);

    /** Gives reserved address space back; nothing is mapped in it. */
    void unreserve(long address, long bytes);

    /**
     * Takes physical memory.
     *
     * @param bytes a multiple of the page size
     * @return its handle
     * @throws DriverOutOfMemoryException if there is not enough
     */
    long create(MemoryKind kind, long bytes);

    /** Gives physical memory back; it is not mapped. */
    void release(long handle, long bytes);

    /** Maps a handle, whole, into reserved address space. */
    void map(long address, long bytes, long handle);

    /** Ends a mapping; the physical memory keeps its contents. */
    void unmap(long address, long bytes);

    /** Makes mapped memory readable and writable for this device. */
    void setAccess(long address, long bytes);
}
