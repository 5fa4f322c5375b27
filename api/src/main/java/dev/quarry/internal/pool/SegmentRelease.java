package dev.quarry.internal.pool;

import dev.quarry.internal.account.Account;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Segment;
import dev.quarry.internal.segment.SegmentTable;
import dev.quarry.spi.DriverException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives a pool's memory back to the driver: segments, and by way of {@link PageRelease} what is mapped into ranges. The
 * caller holds the gate; the pool's lock is not held across a driver call.
 *
 * <p>A segment is forgotten before the driver is told, since the driver may hand its address to another thread at once; if
 * the driver fails, it is remembered again. A private pool gives nothing back before its close.
 */
final class SegmentRelease {
    private final PoolCore core;
    private final StreamOrder order;
    private final Heap heap;
    private final MemorySupply memory;
    private final Account account;

    /** Gives the memory of ranges back; {@code null} for a pool without virtual memory. */
    private final @Nullable PageRelease pages;

    /** Guarded by the gate. */
    private long releasedBytes;

    SegmentRelease(PoolCore core, StreamOrder order, @Nullable PageRelease pages) {
        this.core = core;
        this.order = order;
        this.heap = core.heap();
        this.memory = core.backing().supply();
        this.account = core.account();
        this.pages = pages;
    }

    /**
     * Gives memory back that no work can touch, until enough could be taken anew.
     *
     * @param wanted bytes that are to be taken
     * @param need bytes that will do where those are out of reach
     * @return bytes given back: with ranges what there is, even where that is not enough; without, 0 and nothing done if all
     *     empty segments would not be enough
     */
    long releaseFor(long wanted, long need) {
        if (core.isSecluded()) {
            return 0;
        }
        long room = core.room();
        List<Segment> empty = new ArrayList<>(emptySegments());
        long sum = 0;
        for (Segment segment : empty) {
            sum += segment.bytes();
        }
        if (pages != null && room < need) {
            long released = releasePages(wanted - room);
            return released + (room + released < need ? releaseSegments(empty, need - room - released) : 0);
        }
        long missing = (wanted - room <= sum ? wanted : need) - room;
        return missing <= sum ? releaseSegments(empty, missing) : 0;
    }

    /** Gives back what no work can touch, at least some bytes if there is so much; returns how many. */
    long giveBack(long bytes) {
        if (core.isSecluded()) {
            return 0;
        }
        long released = releasePages(bytes);
        return released < bytes
                ? released + releaseSegments(new ArrayList<>(emptySegments()), bytes - released)
                : released;
    }

    private long releaseSegments(List<Segment> empty, long missing) {
        long released = 0;
        while (released < missing && !empty.isEmpty()) {
            Segment chosen = empty.remove(SegmentTable.smallestOf(empty, missing - released));
            released += isComplete(chosen) ? releaseOrKeep(chosen) : 0;
        }
        return released;
    }

    /** Gives memory of ranges back, at most some bytes and one handle more; returns how many. */
    long releasePages(long most) {
        long released = pages == null ? 0 : pages.release(most);
        releasedBytes += released;
        return released;
    }

    /** Gives memory of ranges back that was free for some time, in nanoseconds. */
    void trimPages(long idleNanos) {
        releasedBytes += pages == null ? 0 : pages.trim(idleNanos);
    }

    /** Gathers memory of ranges for the next growth; returns how many bytes. */
    long gatherPages() {
        return pages == null ? 0 : pages.gather();
    }

    /**
     * Gives back the segment that a block is all of, if no work can touch it.
     *
     * @return bytes given back
     */
    long releaseSegmentOf(Block block) {
        Segment segment;
        core.lock();
        try {
            if (block.state() != Block.FREE || core.isSecluded()) {
                return 0;
            }
            segment = block.segment();
        } finally {
            core.unlock();
        }
        return isComplete(segment) ? releaseOrKeep(segment) : 0;
    }

    /** Returns the empty segments whose memory no work can touch, and that may be given back. */
    List<Segment> idleSegments() {
        return core.isSecluded()
                ? List.of()
                : emptySegments().stream().filter(this::isComplete).toList();
    }

    /** Returns the time since which an empty segment is known to be empty, in nanoseconds. */
    long emptySince(Segment segment) {
        core.lock();
        try {
            return heap.clock().since(segment);
        } finally {
            core.unlock();
        }
    }

    /** Sees to it that what falls out of use next is timed. */
    void attend() {
        core.lock();
        try {
            heap.clock().attend();
        } finally {
            core.unlock();
        }
    }

    private List<Segment> emptySegments() {
        core.lock();
        try {
            return heap.segments().empty();
        } finally {
            core.unlock();
        }
    }

    /**
     * Gives segments back that are still empty and untouched.
     *
     * @return bytes given back
     */
    long release(List<Segment> segments) {
        long released = 0;
        for (Segment segment : segments) {
            if (segment.isPaged()) {
                released += end(segment);
            } else if (forget(segment)) {
                try {
                    giveBack(segment);
                } catch (DriverException e) {
                    remember(segment);
                    throw e;
                }
                released += segment.bytes();
            }
        }
        return released;
    }

    private long end(Segment range) {
        long released = releasePages(Long.MAX_VALUE);
        if (pages != null) {
            pages.end(range);
        }
        return released;
    }

    /** Returns the bytes given back so far, for whatever reason. */
    long releasedBytes() {
        return releasedBytes;
    }

    /** Gives a segment back that is forgotten already. */
    void giveBack(Segment segment) {
        memory.free(segment.address(), segment.bytes());
        account.release(segment.bytes());
        core.counters().driverFrees.incrementAndGet();
        core.counters().segmentsReturned.incrementAndGet();
        releasedBytes += segment.bytes();
    }

    /** Gives a segment back, and logs it if the driver fails: for callers that have nobody to tell. */
    long releaseOrKeep(Segment segment) {
        try {
            return release(List.of(segment));
        } catch (DriverException e) {
            core.log("the driver failed to take a segment of " + segment.bytes() + " bytes back; it stays", e);
            return 0;
        }
    }

    /** Returns whether a segment's memory is owned by nobody, or its owner's last use of it is complete. */
    boolean isComplete(Segment segment) {
        Domain owner;
        long sequence;
        core.lock();
        try {
            owner = heap.domain(segment.first().owner());
            sequence = segment.first().sequence();
        } finally {
            core.unlock();
        }
        if (owner.isHost()) {
            return true;
        }
        if (!order.isComplete(owner, sequence)) {
            order.cover(owner, sequence);
        }
        return order.isComplete(owner, sequence);
    }

    private boolean forget(Segment segment) {
        core.lock();
        try {
            if (!segment.isEmpty()) {
                return false;
            }
            Domain owner = heap.domain(segment.first().owner());
            if (!owner.isHost() && !owner.isCompleted(segment.first().sequence())) {
                return false;
            }
            heap.detach(segment.first());
            heap.segments().remove(segment);
            return true;
        } finally {
            core.unlock();
        }
    }

    private void remember(Segment segment) {
        core.lock();
        try {
            Block block = heap.addSegment(segment.address(), segment.bytes(), segment.isSmall(), segment.isDedicated());
            heap.free(block, core.hostDomain());
        } finally {
            core.unlock();
        }
    }
}
