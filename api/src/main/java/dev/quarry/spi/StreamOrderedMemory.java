package dev.quarry.spi;

/**
 * The driver's own pool of a device's memory, in the order of streams: to compare with, and for memory that other libraries take
 * from the same pool.
 */
@Incubating
public interface StreamOrderedMemory {
    /**
     * Takes memory that work enqueued on a stream from now on may use.
     *
     * @return its address; never 0
     * @throws DriverOutOfMemoryException if there is not enough
     * @throws DriverException if it failed for another reason
     */
    long allocate(long stream, long bytes);

    /**
     * Gives memory back behind all work that a stream has by now.
     *
     * @throws DriverException if it failed; the memory is still taken then
     */
    void free(long stream, long address);

    /** Returns the bytes that the driver's pool holds, in use or not. */
    long reservedBytes();

    /** Lets the driver's pool give back what nobody uses. */
    void trim();
}
