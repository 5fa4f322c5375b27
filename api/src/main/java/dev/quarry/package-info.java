/**
 * What most users of Quarry need: devices, pools, allocations, streams and events.
 *
 * <p>Start with {@link dev.quarry.Quarry#open()}, take a {@link dev.quarry.MemoryPool} and allocate. All types are safe
 * for use by several threads unless their Javadoc says otherwise. All sizes are bytes.
 */
@NullMarked
package dev.quarry;

import org.jspecify.annotations.NullMarked;
