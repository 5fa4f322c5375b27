package dev.quarry.internal.pool;

/**
 * A request on its way past the fast path.
 *
 * @param size block size in bytes
 * @param alignment a power of two
 * @param small whether it belongs into segments for small requests
 * @param requested bytes asked for
 * @param tag number of the tag
 */
record Wish(long size, long alignment, boolean small, long requested, int tag) {}
