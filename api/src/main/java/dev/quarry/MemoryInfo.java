package dev.quarry;

/**
 * What a driver says of a device's memory at one moment.
 *
 * @param freeBytes bytes that the driver could still hand out, to any process
 * @param totalBytes bytes that the device has
 */
public record MemoryInfo(long freeBytes, long totalBytes) {}
