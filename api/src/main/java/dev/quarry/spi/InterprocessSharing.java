package dev.quarry.spi;

/** Export of memory to other processes, and import from them. */
@Incubating
public interface InterprocessSharing {
    /** Returns a token that lets another process of this user import memory that was requested as shareable. */
    byte[] export(long address, long bytes);

    /** Makes another process's memory usable here, and returns its address. */
    long open(byte[] token, long bytes);

    /** Ends the use of imported memory. */
    void close(long address, long bytes);
}
