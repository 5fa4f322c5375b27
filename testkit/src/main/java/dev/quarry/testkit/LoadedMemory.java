package dev.quarry.testkit;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.MemoryKind;

/** What an {@link UpkeepLoad} loads: one kind of memory of a device, and how use of it shows that it is its holder's alone. */
public interface LoadedMemory {
    /** Returns the device. */
    Device device();

    /** Returns the kind of memory. */
    MemoryKind kind();

    /** Returns the limit of the pool, in bytes. */
    long limit();

    /** Returns the largest request, in bytes. */
    long mostBytes();

    /** Uses all of an allocation that was just made, in its order; {@code mark} is to be found there by {@link #check}. */
    void use(Allocation allocation, byte mark);

    /** Throws if an allocation that is about to be closed was used by somebody else. */
    void check(Allocation allocation, byte mark);

    /** Throws if something was wrong anywhere up to now; called now and then while the load goes on. */
    void rest();
}
