package dev.quarry;

/**
 * What all pools of this process hold of a device at one moment, of all kinds of memory or of one. Exact.
 *
 * @param reservedBytes bytes taken from the driver, by all instances of {@link Quarry}
 * @param peakBytes the most of them at once since the device was opened
 * @param limitBytes the most that may be taken, {@code Long.MAX_VALUE} for no limit
 */
public record DeviceUsage(long reservedBytes, long peakBytes, long limitBytes) {}
