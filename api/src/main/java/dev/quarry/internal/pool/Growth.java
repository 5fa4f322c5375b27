package dev.quarry.internal.pool;

import dev.quarry.MemoryInfo;
import dev.quarry.internal.account.Account;
import dev.quarry.internal.account.PoolCounters;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.GrowthPolicy;
import dev.quarry.internal.segment.Segment;
import dev.quarry.internal.segment.SegmentTable;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes segments from the driver and gives them back. The caller holds the gate, so that one growth is under way at a
 * time; the pool's lock is not held across a driver call.
 *
 * <p>The account is charged before the driver is asked and released when it refuses (I5). A segment given back is forgotten
 * before the driver is told, since the driver may hand its address to another thread at once; if the driver fails, it is
 * remembered again.
 */
final class Growth {
    private final PoolCore core;
    private final StreamOrder order;
    private final Heap heap;
    private final DeviceDriver driver;
    private final Account account;

    /** Grows ranges of reserved addresses; {@code null} for a pool without virtual memory. */
    private final @Nullable PageGrowth pages;

    private final @Nullable PageRelease pageRelease;

    /** Guarded by the gate. */
    private long releasedBytes;

    Growth(PoolCore core, StreamOrder order) {
        this.core = core;
        this.order = order;
        this.heap = core.heap();
        this.driver = core.device().driver();
        this.account = core.account();
        PageSupply supply = driver.virtualMemory()
                .filter(memory ->
                        core.options().virtualMemory() && memory.kinds().contains(core.kind()))
                .map(memory -> new PageSupply(core, memory))
                .orElse(null);
        this.pages = supply == null ? null : new PageGrowth(core, order, supply);
        this.pageRelease = supply == null ? null : new PageRelease(core, order, supply);
    }

    /**
     * Grows by what the policy says, less where that is refused, at last by what is left below the smallest segment, and
     * takes a block for a wish from the new segment.
     *
     * @return the block, or {@code null} if the limit or the driver does not allow what is needed
     */
    @Nullable
    Block grow(Domain domain, Wish wish) {
        if (pages == null) {
            return growSegments(domain, wish);
        }
        Block block = pages.grow(domain, wish);
        return block != null ? block : growByPart(domain, wish, room());
    }

    /** Takes all that is left where that is less than the smallest segment, or than a page. */
    private @Nullable Block growByPart(Domain domain, Wish wish, long room) {
        long least = core.growthPolicy().least(wish.size());
        boolean belowPage = pages != null && room >= least;
        return descend(
                domain,
                wish,
                wish.size(),
                belowPage ? least : core.growthPolicy().part(wish.size(), room));
    }

    private @Nullable Block growSegments(Domain domain, Wish wish) {
        GrowthPolicy policy = core.growthPolicy();
        long need = policy.least(wish.size());
        long target = policy.next(wish.size(), wish.small(), reservedBytes(wish.small()), freeBytes(wish.small()));
        // Where memory is short, asking for what is not there costs more than asking how much there is.
        long room = account.charged() + target > core.tightBytes() ? room() : Long.MAX_VALUE;
        while (target != 0 && target > room) {
            target = policy.smaller(need, target);
        }
        Block block = descend(domain, wish, need, target);
        return block != null ? block : growByPart(domain, wish, room == Long.MAX_VALUE ? room() : room);
    }

    /** Asks for a size, and smaller ones down to the need while they are refused; nothing if the size is 0. */
    private @Nullable Block descend(Domain domain, Wish wish, long need, long size) {
        Block block = null;
        for (long bytes = size;
                block == null && bytes != 0;
                bytes = core.growthPolicy().smaller(need, bytes)) {
            block = take(new SegmentRequest(core.kind(), bytes, base(wish), false), domain, wish);
        }
        return block;
    }

    /** Returns whether free memory can be moved. */
    boolean canRemap() {
        return pages != null;
    }

    /**
     * Moves free memory that no work can touch to where a wish lacks it, if the pool has virtual memory.
     *
     * @return the block, or {@code null} if that was not enough
     */
    @Nullable
    Block remap(Domain domain, Wish wish) {
        return pages == null ? null : pages.remap(domain, wish);
    }

    /** Takes a segment of its own for a shareable wish, or returns {@code null}. */
    @Nullable
    Block dedicate(Domain domain, Wish wish) {
        return take(new SegmentRequest(core.kind(), wish.size(), base(wish), true), domain, wish);
    }

    /** Takes a free segment of at least a size, for later requests; returns whether it was got. */
    boolean prepare(long bytes) {
        GrowthPolicy policy = core.growthPolicy();
        boolean taken = pages == null ? takeAhead(policy.least(bytes)) : pages.prepare(bytes);
        return taken || takeAhead(policy.part(bytes, room()));
    }

    private boolean takeAhead(long bytes) {
        return bytes != 0
                && take(new SegmentRequest(core.kind(), bytes, heap.granule(), false), core.hostDomain(), null) != null;
    }

    /**
     * Gives empty segments back, those whose memory no work can touch, until enough could be taken anew.
     *
     * @param wanted bytes that a new segment will have
     * @param need bytes that will do where those are out of reach
     * @return bytes given back; 0 and nothing done if all empty segments would not be enough
     */
    long releaseFor(long wanted, long need) {
        long room = room();
        List<Segment> empty = new ArrayList<>(emptySegments());
        long sum = 0;
        for (Segment segment : empty) {
            sum += segment.bytes();
        }
        if (pageRelease != null && room < need) {
            long released = releasePages(wanted - room);
            return released + (room + released < need ? releaseSegments(empty, need - room - released) : 0);
        }
        long missing = (wanted - room <= sum ? wanted : need) - room;
        return missing <= sum ? releaseSegments(empty, missing) : 0;
    }

    /** Gives back what no work can touch, at least some bytes if there is so much; returns how many. */
    long giveBack(long bytes) {
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
        long released = pageRelease == null ? 0 : pageRelease.release(most);
        releasedBytes += released;
        return released;
    }

    /** Gives memory of ranges back that was free for some time, in nanoseconds. */
    void trimPages(long idleNanos) {
        releasedBytes += pageRelease == null ? 0 : pageRelease.trim(idleNanos);
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
            if (block.state() != Block.FREE) {
                return 0;
            }
            segment = block.segment();
        } finally {
            core.unlock();
        }
        return isComplete(segment) ? releaseOrKeep(segment) : 0;
    }

    /** Returns the empty segments whose memory no work can touch. */
    List<Segment> idleSegments() {
        return emptySegments().stream().filter(this::isComplete).toList();
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
        if (pageRelease != null) {
            pageRelease.end(range);
        }
        return released;
    }

    /** Returns the bytes given back so far, for whatever reason. */
    long releasedBytes() {
        return releasedBytes;
    }

    /** Gives a segment back that is forgotten already. */
    void giveBack(Segment segment) {
        driver.free(core.kind(), segment.address(), segment.bytes());
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

    /** Returns the bytes that could be taken from the driver now, as far as limits and driver tell. */
    long room() {
        MemoryInfo info = driver.memory(core.kind());
        return Math.min(account.available(), info.freeBytes());
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

    private @Nullable Block take(SegmentRequest request, Domain domain, @Nullable Wish wish) {
        if (!account.charge(request.bytes())) {
            return null;
        }
        PoolCounters counters = core.counters();
        counters.driverAllocations.incrementAndGet();
        long address;
        try {
            address = driver.allocate(request);
        } catch (DriverOutOfMemoryException e) {
            account.release(request.bytes());
            return null;
        } catch (RuntimeException | Error e) {
            account.release(request.bytes());
            throw e;
        }
        counters.segmentsTaken.incrementAndGet();
        counters.grown.addAndGet(wish == null ? 0 : 1);
        core.lock();
        try {
            boolean small = wish != null && wish.small();
            Block block = heap.addSegment(address, request.bytes(), small, request.shareable());
            counters.reservedTotal += request.bytes();
            counters.reservedPeak =
                    Math.max(counters.reservedPeak, heap.segments().bytes() + counters.spareBytes);
            counters.segmentsPeak =
                    Math.max(counters.segmentsPeak, heap.segments().count());
            heap.free(block, core.hostDomain());
            return wish == null
                    ? block
                    : heap.carve(block, wish.size(), wish.alignment(), domain, wish.requested(), wish.tag());
        } finally {
            core.unlock();
        }
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

    private long reservedBytes(boolean small) {
        core.lock();
        try {
            return heap.segments().bytes(small);
        } finally {
            core.unlock();
        }
    }

    private long freeBytes(boolean small) {
        core.lock();
        try {
            return heap.freeBytes(small);
        } finally {
            core.unlock();
        }
    }

    private long base(Wish wish) {
        return Math.max(wish.alignment(), heap.granule());
    }
}
