package dev.quarry.spi;

import dev.quarry.MemoryKind;

/**
 * What a pool asks a driver for.
 *
 * @param kind one of the driver's kinds
 * @param bytes a positive number
 * @param alignment a power of two, at most 2 MiB
 * @param shareable whether the memory will be exported to another process
 */
public record SegmentRequest(MemoryKind kind, long bytes, long alignment, boolean shareable) {}
