package dev.quarry.internal.account;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a pool counts besides what its structures hold. Figures of the hot path are plain fields under the pool's lock, or
 * live in the stream caches; those of the way to the driver are atomic.
 */
public final class PoolCounters {
    /** Allocations not served from a cache; guarded by the pool's lock, as the next six. */
    public long carved;

    /** Blocks freed into the index or to wait for events. */
    public long indexFrees;

    /** Bytes handed out by allocations not served from a cache. */
    public long carvedBytes;

    /** Bytes of blocks freed into the index or to wait for events. */
    public long freedBytes;

    /** Bytes asked for by allocations not served from a cache. */
    public long requestedOut;

    /** Bytes that had been asked for by blocks not freed into a cache. */
    public long requestedIn;

    /**
     * How far bytes handed out here, less those freed here, may rise before the most bytes allocated at once have to be
     * counted anew: see {@link AllocatedPeak}.
     */
    public long ceiling;

    /** Most bytes of segments held at once; guarded by the pool's lock, as the next two. */
    public long reservedPeak;

    /** Sum of all segments taken so far. */
    public long reservedTotal;

    /** Most segments held at once. */
    public long segmentsPeak;

    /** Bytes of handles that are created and mapped nowhere, or on their way; guarded by the pool's lock. */
    public long spareBytes;

    /** Bytes of a block for which the host waits; guarded by the pool's lock. */
    public long transitBytes;

    /** Handles of physical memory created. */
    public final AtomicLong pagesCreated = new AtomicLong();

    /** Handles of physical memory given back. */
    public final AtomicLong pagesReleased = new AtomicLong();

    /** Handles mapped. */
    public final AtomicLong mapCalls = new AtomicLong();

    /** Handles unmapped. */
    public final AtomicLong unmapCalls = new AtomicLong();

    /** Allocations served by memory that changed owner. */
    public final AtomicLong handedOver = new AtomicLong();

    /** Allocations served by a new segment. */
    public final AtomicLong grown = new AtomicLong();

    /** Segments asked for. */
    public final AtomicLong driverAllocations = new AtomicLong();

    /** Segments received. */
    public final AtomicLong segmentsTaken = new AtomicLong();

    /** Segments given back, ranges of addresses included. */
    public final AtomicLong segmentsReturned = new AtomicLong();

    /** Calls that gave a segment's memory back to the driver. */
    public final AtomicLong driverFrees = new AtomicLong();

    /** Events recorded. */
    public final AtomicLong events = new AtomicLong();

    /** Waits put on streams. */
    public final AtomicLong streamWaits = new AtomicLong();

    /** Waits of the host. */
    public final AtomicLong hostWaits = new AtomicLong();

    /** Time spent in them, in nanoseconds. */
    public final AtomicLong stallNanos = new AtomicLong();

    /** What each step of the ladder did. */
    public final LadderCounters ladder = new LadderCounters();

    /** Allocations that failed. */
    public final AtomicLong outOfMemory = new AtomicLong();

    /** Searches repeated because the handler freed something. */
    public final AtomicLong retries = new AtomicLong();
}
