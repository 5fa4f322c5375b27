package dev.quarry.sim;

import dev.quarry.MemoryInfo;
import dev.quarry.spi.DriverOutOfMemoryException;

/** How much of one simulated device's memory is taken, plain and physical together. Guarded by the driver's lock. */
final class Budget {
    private final long totalBytes;
    private long elsewhereBytes;
    private long liveBytes;

    Budget(long totalBytes) {
        this.totalBytes = totalBytes;
    }

    MemoryInfo info() {
        return new MemoryInfo(Math.max(0, freeBytes()), totalBytes);
    }

    boolean has(long bytes) {
        return bytes <= freeBytes();
    }

    void take(long bytes) {
        liveBytes += bytes;
    }

    void giveBack(long bytes) {
        liveBytes -= bytes;
    }

    /** Lets another process have memory, instead of what it had before. */
    void useElsewhere(long bytes) {
        elsewhereBytes = bytes;
    }

    long liveBytes() {
        return liveBytes;
    }

    void clear() {
        liveBytes = 0;
    }

    /** Makes what a call throws that asks for more than there is. */
    DriverOutOfMemoryException refusal(SimFunction function, String arguments) {
        return new DriverOutOfMemoryException(
                function.toString(),
                arguments,
                2,
                "SIM_ERROR_OUT_OF_MEMORY (" + Math.max(0, freeBytes()) + " of " + totalBytes + " bytes are free)");
    }

    private long freeBytes() {
        return totalBytes - elsewhereBytes - liveBytes;
    }
}
