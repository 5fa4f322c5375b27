package dev.quarry;

import java.util.Set;

/** One accelerator, or the host, with its kinds of memory and its streams. Thread-safe. */
public interface Device {
    /** Returns what this device is. */
    DeviceInfo info();

    /** Returns plugin and ordinal, such as {@code cpu:0}. */
    default String id() {
        return info().id();
    }

    /** Returns the kinds of memory that this device offers, the most usual one first. */
    Set<MemoryKind> kinds();

    /** Returns the kind that {@link Quarry#pool(Device)} uses: {@code DEVICE} where there is one, else the first of {@link #kinds}. */
    MemoryKind defaultKind();

    /**
     * Asks the driver for free and total memory.
     *
     * @throws IllegalArgumentException if the device does not offer the kind
     */
    MemoryInfo memory(MemoryKind kind);

    /** Returns the stream that exists as long as the device is open; it cannot be closed. */
    Stream defaultStream();

    /** Makes a stream; the caller closes it. */
    Stream newStream();

    /**
     * Wraps a stream that other code made.
     *
     * <p>The driver's stream stays the caller's: close the wrapper first, then destroy the stream. A driver cannot tell
     * when this order is broken.
     *
     * @param handle the driver's handle
     */
    Stream wrapStream(long handle);

    /**
     * Wraps a stream that other code made and may destroy at any time.
     *
     * <p>As {@link #wrapStream}, but memory freed in its order is put behind an event at each free, so that nothing is
     * asked of the stream later. Slower.
     *
     * @param handle the driver's handle
     */
    Stream borrowStream(long handle);
}
