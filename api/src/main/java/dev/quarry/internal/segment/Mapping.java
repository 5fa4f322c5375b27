package dev.quarry.internal.segment;

/**
 * A handle of physical memory, and where it is mapped.
 *
 * @param address its first byte
 * @param bytes its size
 * @param handle the driver's name for it
 */
public record Mapping(long address, long bytes, long handle) {
    /** Returns the address behind the last byte. */
    public long end() {
        return address + bytes;
    }
}
