package dev.quarry.internal.pool;

import dev.quarry.PoolOptions;
import dev.quarry.internal.account.Account;
import dev.quarry.internal.account.PoolCounters;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.GrowthPolicy;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import org.jspecify.annotations.Nullable;

/**
 * Takes segments from the driver. The caller holds the gate, so that one growth is under way at a time; the pool's lock is
 * not held across a driver call. The account is charged before the driver is asked and released when it refuses (I5).
 */
final class Growth {
    /** All but one of so many parts of what may be reserved are allocated where memory is cramped. */
    private static final int CRAMPED_PARTS = 16;

    /** Smallest segment for larger requests, in bytes. */
    private static final long LARGE_SEGMENT_BYTES = 16 << 20;

    private final PoolCore core;
    private final Heap heap;
    private final MemorySupply memory;
    private final Account account;

    /** Grows ranges of reserved addresses; {@code null} for a pool without virtual memory. */
    private final @Nullable PageGrowth pages;

    /** Places requests when nearly all memory is in use; {@code null} for a pool without virtual memory. */
    private final @Nullable PagePlacement placement;

    private final SegmentRelease release;

    Growth(PoolCore core, StreamOrder order) {
        this.core = core;
        this.heap = core.heap();
        this.memory = core.backing().supply();
        this.account = core.account();
        PageSupply supply = core.backing()
                .virtualMemory()
                .filter(virtual -> core.options().virtualMemory())
                .map(virtual -> new PageSupply(core, virtual))
                .orElse(null);
        this.pages = supply == null ? null : new PageGrowth(core, order, supply);
        this.placement = supply == null ? null : new PagePlacement(core, order, supply);
        this.release = new SegmentRelease(core, order, supply == null ? null : new PageRelease(core, order, supply));
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

    /**
     * Returns whether what else fits depends on where a request is placed: it is larger than half a page, and nearly all that
     * may be reserved is allocated, in handles that are small enough to be moved. Under the lock.
     */
    boolean isCramped(long size) {
        return placement != null
                && placement.matters(size)
                && heap.allocatedBytes() > core.mostBytes() / CRAMPED_PARTS * (CRAMPED_PARTS - 1);
    }

    /** Places a wish where the fewest pages come under it, moving free pages; or returns {@code null}. */
    @Nullable
    Block place(Domain domain, Wish wish) {
        return placement == null ? null : placement.place(domain, wish);
    }

    /** Takes a segment of its own for a shareable wish, or returns {@code null}. */
    @Nullable
    Block dedicate(Domain domain, Wish wish) {
        core.backing().checkShareable(core.name());
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

    /** Returns the bytes that could be taken from the driver now, as far as limits and driver tell. */
    long room() {
        return core.room();
    }

    /** Returns what gives memory back. */
    SegmentRelease release() {
        return release;
    }

    private @Nullable Block take(SegmentRequest request, Domain domain, @Nullable Wish wish) {
        if (!account.charge(request.bytes())) {
            return null;
        }
        PoolCounters counters = core.counters();
        counters.driverAllocations.incrementAndGet();
        long address;
        try {
            address = memory.allocate(request);
            if (memory.isForeign()) {
                checkApart(address, request.bytes());
            }
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
            return wish == null ? block : wish.carve(heap, block, domain);
        } finally {
            core.unlock();
        }
    }

    /** Throws if memory that another library gave overlaps what it gave before. */
    private void checkApart(long address, long bytes) {
        core.lock();
        try {
            if (heap.segments().overlaps(address, bytes)) {
                throw new IllegalStateException(memory + " returned the address " + SourceSupply.hex(address) + " for "
                        + bytes + " bytes, of which this pool has some already (expected: memory that is not in"
                        + " use); it is not used");
            }
        } finally {
            core.unlock();
        }
    }

    /** Returns how a pool with some options grows by segments. */
    static GrowthPolicy policyOf(PoolOptions options, long granule) {
        long segmentBytes = (options.segmentBytes() + granule - 1) & -granule;
        return new GrowthPolicy(
                segmentBytes,
                granule,
                options.growthFactor(),
                Math.max(LARGE_SEGMENT_BYTES, segmentBytes),
                options.growthBytes());
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
