package dev.quarry.spi;

import dev.quarry.MemoryKind;
import java.util.Set;

/**
 * Reserved address space, and physical memory that is mapped into it: one handle whole, at one place at a time.
 *
 * <p>All calls act from the host at once, whatever the device's streams still do.
 */
@Incubating
public interface VirtualMemory {
    /** Returns the kinds of memory that can be mapped. */
    Set<MemoryKind> kinds();

    /** Returns the unit of mapping in bytes, a power of two. */
    long pageSize(MemoryKind kind);

    /**
     * Reserves address space without memory behind it.
     *
     * @param bytes a multiple of the page size
     * @return the range's address, a multiple of the page size; never 0
     * @throws DriverOutOfMemoryException if there is no such range of addresses
     */
    long reserve(MemoryKind kind, long bytes);

    /**
     * Gives a whole reserved range back; nothing is mapped in it.
     *
     * @throws DriverException if it failed; the range is still reserved then
     */
    void unreserve(long address, long bytes);

    /**
     * Takes physical memory.
     *
     * @param bytes a multiple of the page size
     * @return its handle, to be mapped whole, at one place at a time; never 0
     * @throws DriverOutOfMemoryException if there is not enough
     * @throws DriverException if it failed for another reason
     */
    long create(MemoryKind kind, long bytes);

    /**
     * Gives physical memory back, at once; it is not mapped.
     *
     * @param bytes as it was created
     * @throws DriverException if it failed; the memory is still taken then
     */
    void release(long handle, long bytes);

    /**
     * Maps a handle, whole, to where nothing is mapped in a reserved range. Nothing may use it before {@link #setAccess}.
     * Its contents are undefined.
     *
     * @param address a multiple of the page size
     * @param bytes as the handle was created
     * @throws DriverException if it failed; nothing is mapped then
     */
    void map(long address, long bytes, long handle);

    /**
     * Ends the mapping of one handle, whole, at once: all work on it is complete. What it held is lost.
     *
     * @throws DriverException if it failed; the handle is still mapped then
     */
    void unmap(long address, long bytes);

    /**
     * Makes mapped memory readable and writable for this device: one handle, or several side by side.
     *
     * @throws DriverException if it failed; nothing has changed then
     */
    void setAccess(long address, long bytes);
}
