package dev.quarry.spi;

/** Direct access to the memory of other devices of the same plugin. */
@Incubating
public interface PeerAccess {
    /** Returns whether work on this device can access the memory of another one, by ordinal. */
    boolean isPossible(int device);

    /** Lets work on this device access the memory of another one; does nothing if it already can. */
    void enable(int device);
}
