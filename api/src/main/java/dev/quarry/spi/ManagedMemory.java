package dev.quarry.spi;

/** Advice and prefetch for memory that the driver migrates. */
@Incubating
public interface ManagedMemory {
    /** What the user knows about the use of a range. */
    enum Advice {
        /** Read far more often than written. */
        READ_MOSTLY,
        /** Takes {@link #READ_MOSTLY} back. */
        UNSET_READ_MOSTLY,
        /** Should stay on the device given. */
        PREFERRED_LOCATION,
        /** Takes {@link #PREFERRED_LOCATION} back. */
        UNSET_PREFERRED_LOCATION,
        /** Will be accessed by the device given. */
        ACCESSED_BY,
        /** Takes {@link #ACCESSED_BY} back. */
        UNSET_ACCESSED_BY
    }

    /** The ordinal that means the host. */
    int HOST = -1;

    /** Gives advice about a range, for a device by ordinal, or {@link #HOST}. */
    void advise(long address, long bytes, Advice advice, int device);

    /** Enqueues moving a range to a device by ordinal, or {@link #HOST}. */
    void prefetch(long stream, long address, long bytes, int device);
}
