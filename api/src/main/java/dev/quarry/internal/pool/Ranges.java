package dev.quarry.internal.pool;

import dev.quarry.internal.index.FreeIndex;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.BlockStore;
import dev.quarry.internal.segment.Mapping;
import dev.quarry.internal.segment.PageTable;
import dev.quarry.internal.segment.Segment;
import dev.quarry.internal.segment.SegmentTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The heap's ranges of reserved addresses: where memory should be mapped next, how holes are filled, and how free memory
 * becomes a hole again. Guarded by the pool's lock; holes change under the gate only. Calls no driver.
 */
final class Ranges {
    private final Heap heap;
    private final BlockStore blocks;
    private final SegmentTable segments;

    Ranges(Heap heap, BlockStore blocks, SegmentTable segments) {
        this.heap = heap;
        this.blocks = blocks;
        this.segments = segments;
    }

    /**
     * A part of a hole which, once memory is mapped to it, makes room for a wish together with what is free beside it.
     *
     * @param range the range it lies in
     * @param address its first byte, a multiple of the page size
     * @param bytes the least that has to be mapped there, a multiple of the page size
     * @param most the most that may be mapped there at once: more than {@code bytes} at the top of the range only
     * @param owner the domain that the memory should be freed to, so that it merges with what is beside it
     * @param below bytes that are free just below it and count; 0 if what is beside it does not
     * @param alone whether what is beside it does not count
     */
    record Window(Segment range, long address, long bytes, long most, Domain owner, long below, boolean alone) {
        /** The pages that blocks share cannot be moved: what is left of them is used as a heap's free blocks are, best fit. */
        boolean isBetter(Window other) {
            return bytes < other.bytes || (bytes == other.bytes && below < other.below);
        }

        boolean isTop() {
            return most > bytes;
        }
    }

    /**
     * A handle that lies under one free block, which no work can touch.
     *
     * @param range where it is mapped
     * @param block the free block
     * @param mapping the handle
     */
    record Idle(Segment range, Block block, Mapping mapping) {}

    /**
     * A handle on its way out of the place where it is mapped.
     *
     * @param range where that is
     * @param block its block, in transit
     * @param mapping the handle
     */
    record Detached(Segment range, Block block, Mapping mapping) {}

    /**
     * Returns where the fewest bytes have to be mapped for a wish to fit, among equals where the least free memory below is
     * used up, or {@code null} if no range has the addresses. No bytes, where a free block would do at the top of a full range.
     */
    @Nullable
    Window window(Domain domain, Wish wish, long page) {
        Window best = null;
        for (Segment range : segments.ranges()) {
            if (range.isSmall() == wish.small()) {
                for (Block hole : range.pages().holes()) {
                    Window window = window(domain, wish, page, range, hole);
                    if (window != null && (best == null || window.isBetter(best))) {
                        best = window;
                    }
                }
            }
        }
        return best;
    }

    /** As {@link #window}, but at the top of a range, where more may be mapped at once. */
    @Nullable
    Window topWindow(Domain domain, Wish wish, long page) {
        Window best = null;
        for (Segment range : segments.ranges()) {
            Block hole = range.isSmall() == wish.small() ? range.pages().lastHole() : null;
            Window window = hole == null ? null : window(domain, wish, page, range, hole);
            if (window != null && (best == null || window.bytes() < best.bytes())) {
                best = window;
            }
        }
        return best;
    }

    private static @Nullable Window window(Domain domain, Wish wish, long page, Segment range, Block hole) {
        Block before = hole.previous();
        Block after = hole.next();
        // The last page of a range is never mapped: a range is never one free block, as a segment can be.
        long room = after == null ? hole.size() - page : hole.size();
        if (wish.alignment() > page) {
            return aligned(domain, wish, page, range, hole, room);
        }
        long below = 0;
        if (before != null && isUsable(before, domain)) {
            long start = (before.address() + wish.alignment() - 1) & -wish.alignment();
            below = Math.max(0, hole.address() - start);
        }
        long above = after != null && isUsable(after, domain) ? after.size() : 0;
        boolean joins = isOf(domain, before) || isOf(domain, after);
        Domain owner = joins ? domain : domain.pool().core().hostDomain();
        long fromBelow = roundUp(Math.max(1, wish.size() - below), page);
        if (fromBelow <= room) {
            long most = after == null ? room : fromBelow;
            return new Window(range, hole.address(), fromBelow, most, owner, below, false);
        }
        return below + room + above >= wish.size()
                ? new Window(range, hole.address(), room, room, owner, below, false)
                : null;
    }

    /** Holes begin at pages; an alignment beyond that is looked for inside of one. */
    private static @Nullable Window aligned(Domain domain, Wish wish, long page, Segment range, Block hole, long room) {
        long start = (hole.address() + wish.alignment() - 1) & -wish.alignment();
        long need = roundUp(wish.size(), page);
        return start - hole.address() + need <= room
                ? new Window(range, start, need, need, domain.pool().core().hostDomain(), 0, true)
                : null;
    }

    private static boolean isOf(Domain domain, @Nullable Block neighbour) {
        return neighbour != null && neighbour.isFreeOf(domain.id());
    }

    private static boolean isUsable(Block block, Domain domain) {
        return block.isFreeOf(domain.id()) || block.isFreeOf(Domain.HOST);
    }

    /** Makes a part of a hole, to which memory was mapped, free memory of a domain; returns the free block it is part of. */
    Block fill(Segment range, long address, long bytes, Domain owner) {
        return heap.free(cutHole(range, address, bytes), owner);
    }

    /** Takes a part of a hole out; it is in transit then, and no hole any more. */
    Block cutHole(Segment range, long address, long bytes) {
        PageTable pages = range.pages();
        Block hole = pages.holeAt(address);
        if (hole == null) {
            throw new IllegalStateException("memory was mapped where there is no hole");
        }
        pages.removeHole(hole);
        Block piece = hole;
        if (address > hole.address()) {
            piece = blocks.split(hole, address - hole.address());
            pages.addHole(hole);
        }
        if (piece.size() > bytes) {
            pages.addHole(blocks.split(piece, bytes));
        }
        piece.setOwner(Domain.HOST, Block.IN_TRANSIT);
        return piece;
    }

    /** Returns the handles that lie whole under free blocks which no work can touch, as far as is known. */
    List<Idle> idle(long page) {
        List<Idle> idle = new ArrayList<>();
        for (Domain owner : heap.presentDomains()) {
            for (boolean small : new boolean[] {true, false}) {
                owner.index(small).forEach(block -> {
                    if (block.size() >= page && isUntouched(block, owner)) {
                        addIdle(idle, block);
                    }
                });
            }
        }
        return idle;
    }

    /** Returns the free block that the next large request is continued from: nobody's, the largest at the top of a range. */
    @Nullable
    Block top() {
        Block top = null;
        for (Segment range : segments.ranges()) {
            Block hole = range.isSmall() ? null : range.pages().lastHole();
            Block last = hole == null ? null : hole.previous();
            if (last != null && last.isFreeOf(Domain.HOST) && (top == null || last.size() > top.size())) {
                top = last;
            }
        }
        return top;
    }

    private static boolean isUntouched(Block block, Domain owner) {
        return block.segment().isPaged() && (owner.isHost() || owner.isCompleted(block.sequence()));
    }

    private static void addIdle(List<Idle> idle, Block block) {
        Segment range = block.segment();
        for (Mapping mapping : range.pages().within(block.address(), block.address() + block.size())) {
            idle.add(new Idle(range, block, mapping));
        }
    }

    /** Takes handles from under free blocks, to be unmapped. They are as they were found, nothing has changed since. */
    List<Detached> detach(List<Idle> chosen) {
        List<Detached> detached = new ArrayList<>(chosen.size());
        // From the upper end: what is left of a block below stays the same block.
        List<Idle> downwards = new ArrayList<>(chosen);
        downwards.sort((a, b) ->
                Long.compareUnsigned(b.mapping().address(), a.mapping().address()));
        for (Idle idle : downwards) {
            detached.add(new Detached(idle.range(), cutFree(idle.block(), idle.mapping()), idle.mapping()));
            segments.unmap(idle.range(), idle.mapping());
        }
        return detached;
    }

    private Block cutFree(Block block, Mapping mapping) {
        FreeIndex index = heap.domain(block.owner()).index(block.isSmall());
        index.remove(block);
        Block piece = block;
        if (mapping.address() > block.address()) {
            piece = blocks.split(block, mapping.address() - block.address());
            index.insert(block);
        }
        if (piece.size() > mapping.bytes()) {
            index.insert(blocks.split(piece, mapping.bytes()));
        }
        piece.setOwner(Domain.HOST, Block.IN_TRANSIT);
        return piece;
    }

    /** Makes a hole of a block in transit, from which its handle is unmapped now. */
    void vacate(Segment range, Block piece) {
        PageTable pages = range.pages();
        piece.setOwner(Domain.HOST, Block.UNMAPPED);
        Block after = piece.next();
        if (after != null && after.state() == Block.UNMAPPED) {
            pages.removeHole(after);
            blocks.absorbNext(piece);
        }
        Block before = piece.previous();
        if (before != null && before.state() == Block.UNMAPPED) {
            blocks.absorbNext(before);
        } else {
            pages.addHole(piece);
        }
    }

    /** Makes a block in transit free again, whose handle could not be unmapped. */
    void restore(Detached detached) {
        segments.map(detached.range(), detached.mapping());
        heap.free(detached.block(), heap.domain(Domain.HOST));
    }

    private static long roundUp(long bytes, long page) {
        return (bytes + page - 1) & -page;
    }
}
