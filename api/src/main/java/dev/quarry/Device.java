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

    /** Returns what all pools of this process hold of this device, all kinds of memory together. */
    DeviceUsage usage();

    /**
     * Returns what all pools of this process hold of one kind of this device's memory.
     *
     * @throws IllegalArgumentException if the device does not offer the kind
     */
    DeviceUsage usage(MemoryKind kind);

    /**
     * Limits what all pools of this process together may take from this device, all kinds of memory together. Replaces what
     * the system property {@code quarry.device.limit} says.
     *
     * <p>Binds all instances of {@link Quarry} that have this device open. A limit below what is reserved stops growth, and
     * the pools give back what nobody uses; nothing in use is touched.
     *
     * @param bytes at least 1; {@code Long.MAX_VALUE} for no limit
     * @throws IllegalArgumentException if {@code bytes} is not positive
     * @throws IllegalStateException if the device is closed
     */
    void limit(long bytes);

    /**
     * Limits one kind of memory as {@link #limit(long)} does all; both limits bind.
     *
     * @throws IllegalArgumentException also if the device does not offer the kind
     */
    void limit(MemoryKind kind, long bytes);

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
