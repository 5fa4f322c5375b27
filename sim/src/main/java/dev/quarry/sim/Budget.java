package dev.quarry.sim;

import dev.quarry.MemoryInfo;
import dev.quarry.spi.DriverOutOfMemoryException;

/**
 * How much of a simulated device's memory one driver has taken, plain and physical together. Thread-safe: drivers that share
 * a device share its {@link Ledger}.
 */
final class Budget {
    private final Ledger ledger;
    private long liveBytes;

    /** What all drivers of one device have taken together, and others than drivers. Guarded by itself. */
    static final class Ledger {
        private final long totalBytes;
        private long takenBytes;
        private long elsewhereBytes;

        Ledger(long totalBytes) {
            this.totalBytes = totalBytes;
        }

        private long freeBytes() {
            return Math.max(0, totalBytes - elsewhereBytes - takenBytes);
        }
    }

    Budget(Ledger ledger) {
        this.ledger = ledger;
    }

    MemoryInfo info() {
        synchronized (ledger) {
            return new MemoryInfo(ledger.freeBytes(), ledger.totalBytes);
        }
    }

    /** Takes bytes if there are so many. */
    boolean take(long bytes) {
        synchronized (ledger) {
            if (bytes > ledger.freeBytes()) {
                return false;
            }
            ledger.takenBytes += bytes;
            liveBytes += bytes;
            return true;
        }
    }

    void giveBack(long bytes) {
        synchronized (ledger) {
            ledger.takenBytes -= bytes;
            liveBytes -= bytes;
        }
    }

    /** Lets somebody have memory who is no driver, instead of what he had before. */
    void useElsewhere(long bytes) {
        synchronized (ledger) {
            ledger.elsewhereBytes = bytes;
        }
    }

    long liveBytes() {
        synchronized (ledger) {
            return liveBytes;
        }
    }

    void clear() {
        giveBack(liveBytes());
    }

    /** Makes what a call throws that asks for more than there is. */
    DriverOutOfMemoryException refusal(SimFunction function, String arguments) {
        MemoryInfo info = info();
        return new DriverOutOfMemoryException(
                function.toString(),
                arguments,
                2,
                "SIM_ERROR_OUT_OF_MEMORY (" + info.freeBytes() + " of " + info.totalBytes() + " bytes are free)");
    }
}
