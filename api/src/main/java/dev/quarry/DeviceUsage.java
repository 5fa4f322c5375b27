package dev.quarry;

/**
 * What all pools of this process hold of a device at one moment, of all kinds of memory or of one.
 *
 * <p>Bytes are counted before the driver, or a {@linkplain MemorySource source}, is asked for them, so that no limit is exceeded at
 * any moment; where it refuses they are taken off again.
 *
 * @param reservedBytes bytes taken from the driver, by all instances of {@link Quarry}, and those it is being asked for
 * @param peakBytes the most of them at once since the device was opened: an upper bound of what was held, since what was asked
 *     for and then refused counts
 * @param limitBytes the most that may be taken, {@code Long.MAX_VALUE} for no limit
 */
public record DeviceUsage(long reservedBytes, long peakBytes, long limitBytes) {}
