package dev.quarry.internal.pool;

import dev.quarry.MemoryInfo;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.VirtualMemory;
import java.util.Optional;

/** Where a pool's memory comes from: the device's driver, or memory of another library. */
interface MemorySupply {
    /**
     * Takes a segment.
     *
     * @throws dev.quarry.spi.DriverOutOfMemoryException if there is not enough
     * @throws UnsupportedOperationException if the driver cannot supply shareable memory
     */
    long allocate(SegmentRequest request);

    /**
     * Gives a segment back.
     *
     * @throws dev.quarry.spi.DriverException if that failed; the memory is still taken then
     */
    void free(long address, long bytes);

    /** Tells how much there is. */
    MemoryInfo memory();

    /** Returns how memory of the pool's kind can be mapped into reserved addresses, where it can. */
    Optional<VirtualMemory> virtualMemory();

    /** Returns whether the segments must be checked not to overlap: drivers promise that, and are tested for it. */
    boolean isForeign();
}
