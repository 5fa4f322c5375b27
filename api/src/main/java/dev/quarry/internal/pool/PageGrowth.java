package dev.quarry.internal.pool;

import dev.quarry.internal.account.PoolCounters;
import dev.quarry.internal.pool.PageSupply.Handle;
import dev.quarry.internal.pool.Ranges.Detached;
import dev.quarry.internal.pool.Ranges.Idle;
import dev.quarry.internal.pool.Ranges.Window;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Mapping;
import dev.quarry.internal.segment.PagePolicy;
import dev.quarry.spi.DriverOutOfMemoryException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Maps memory into ranges of reserved addresses where requests lack it, and moves it there from where it is free. The caller
 * holds the gate; the pool's lock is not held across a driver call.
 */
final class PageGrowth {
    /*
     * A pool has one wide range for small requests and one for the others (more, if their addresses run out). What is
     * mapped begins at the range's first byte and grows at its end, the top, as a heap of the oldest kind does; a free
     * block at the top is used when nothing else fits, and grown by what a request lacks. So the layout does not depend on
     * how far the top was mapped before, and a program that repeats itself needs no driver call from the second round on.
     *
     * Free memory is moved (unmapped, and mapped where it is wanted) by handles, of which all must lie under one free block
     * that no work can touch: I8. The hole that it leaves is filled later like the top, whichever needs less.
     *
     * The form is that of PyTorch's expandable segments [1]; moving instead of releasing and creating is GMLake's [2].
     *
     * [1] pytorch, c10/cuda/CUDACachingAllocator.cpp, ExpandableSegment. [2] Guo et al.: GMLake, ASPLOS 2024.
     */
    /** Reserved addresses, as a multiple of the device's memory: what is live may be scattered. */
    private static final int WIDTH = 8;

    /** Attempts to grow before another thread takes what a window counts on; the ladder goes on after them. */
    private static final int MOST_ATTEMPTS = 16;

    private final PoolCore core;
    private final StreamOrder order;
    private final Heap heap;
    private final long page;
    private final PageSupply supply;

    PageGrowth(PoolCore core, StreamOrder order, PageSupply supply) {
        this.core = core;
        this.order = order;
        this.heap = core.heap();
        this.page = supply.pageBytes();
        this.supply = supply;
    }

    /**
     * Maps spare memory, else new memory, where a wish lacks the least, and takes a block for it.
     *
     * @return the block, or {@code null} if limit, device or addresses do not allow it
     */
    @Nullable
    Block grow(Domain domain, Wish wish) {
        Block block = mapSpare(domain, wish);
        boolean grown = true;
        for (int attempt = 0; block == null && grown && attempt < MOST_ATTEMPTS; attempt++) {
            Window window = window(domain, wish);
            if (window != null && window.bytes() == 0) {
                return take(domain, wish);
            }
            List<Handle> handles = window == null ? List.of() : create(window, wish);
            grown = window != null && !handles.isEmpty();
            // What was free beside the window may be another thread's by now.
            block = window == null || !grown ? null : map(window, handles, domain, wish);
        }
        return block;
    }

    /**
     * Maps spare handles for a wish, if they do without new ones: where it lacks the least, else at a range's top, where they
     * may be more than it lacks.
     */
    private @Nullable Block mapSpare(Domain domain, Wish wish) {
        if (!supply.hasSpare()) {
            return null;
        }
        Window window = window(domain, wish);
        List<Handle> handles = window == null ? List.of() : supply.takeSpare(window.bytes(), window.most());
        if (window != null && handles.isEmpty()) {
            window = topWindow(domain, wish);
            handles = window == null ? List.of() : supply.takeSpare(window.bytes(), window.most());
        }
        return window == null || handles.isEmpty() ? null : map(window, handles, domain, wish);
    }

    /** Creates what is to be mapped to a window: a step, or else what is needed. */
    private List<Handle> create(Window window, Wish wish) {
        PagePolicy policy = supply.policy();
        long target = window.bytes();
        if (window.isTop()) {
            long step = policy.next(target, wish.small(), mappedBytes(wish.small()));
            target = Math.min(window.most(), step);
        }
        if (core.account().charged() + target > core.tightBytes()) {
            target = Math.max(window.bytes(), Math.min(target, policy.roundDown(core.room())));
        }
        List<Handle> handles = supply.create(target);
        return handles.isEmpty() && target > window.bytes() ? supply.create(window.bytes()) : handles;
    }

    /** Maps free memory for later requests; returns whether it was got. */
    boolean prepare(long bytes) {
        Domain host = core.hostDomain();
        Window window = window(host, new Wish(core.classes().round(bytes), 1, false, bytes, Tags.NONE));
        List<Handle> handles = window == null ? List.of() : supply.create(window.bytes());
        if (window == null || handles.isEmpty()) {
            return false;
        }
        map(window, handles, host, null);
        return true;
    }

    /**
     * Moves free memory that no work can touch to where a wish lacks the least, with new memory for what is missing, and takes
     * a block for it.
     *
     * @return the block, or {@code null} if all of that memory, and what may be created, is not enough
     */
    @Nullable
    Block remap(Domain domain, Wish wish) {
        Block block = mapSpare(domain, wish);
        Window window = block == null ? window(domain, wish) : null;
        if (window == null) {
            return block;
        }
        if (window.bytes() == 0) {
            return take(domain, wish);
        }
        order.noteComplete();
        long room = supply.policy().roundDown(roomFor(window));
        List<Detached> moved;
        List<Detached> released;
        core.lock();
        try {
            RemapChoice choice =
                    RemapChoice.of(movable(window), window.bytes() - supply.spareBytes(window.bytes()), room);
            if (choice == null) {
                return null;
            }
            // All at once: taking one of a block's handles changes the block.
            Set<Mapping> moves = choice.movedMappings();
            Map<Boolean, List<Detached>> detached = supply.detach(choice.all()).stream()
                    .collect(Collectors.partitioningBy(one -> moves.contains(one.mapping())));
            moved = detached.getOrDefault(true, List.of());
            released = detached.getOrDefault(false, List.of());
        } finally {
            core.unlock();
        }
        List<Handle> handles = new ArrayList<>(supply.unmap(moved));
        supply.release(supply.unmap(released));
        return supply.complete(handles, window.bytes()) ? map(window, handles, domain, wish) : null;
    }

    /** Returns what could be created for a window, after giving spare handles back that are too large where it is too little. */
    private long roomFor(Window window) {
        boolean enough = core.room() >= window.bytes() - supply.spareBytes(window.bytes());
        if (!enough) {
            supply.releaseUnfit(window.bytes());
        }
        return core.room();
    }

    /** Returns where to map memory for a wish; reserves addresses if none are left. */
    private @Nullable Window window(Domain domain, Wish wish) {
        Window window = windowNow(domain, wish);
        if (window == null && reserve(wish)) {
            window = windowNow(domain, wish);
        }
        return window;
    }

    private @Nullable Window windowNow(Domain domain, Wish wish) {
        core.lock();
        try {
            return heap.ranges().window(domain, wish, page);
        } finally {
            core.unlock();
        }
    }

    private @Nullable Window topWindow(Domain domain, Wish wish) {
        core.lock();
        try {
            return heap.ranges().topWindow(domain, wish, page);
        } finally {
            core.unlock();
        }
    }

    /** Reserves a wide range; a narrower one where the driver refuses, down to what the wish needs. */
    private boolean reserve(Wish wish) {
        PagePolicy policy = supply.policy();
        long least = policy.roundUp(wish.size() + wish.alignment()) + page;
        long total = core.backing().supply().memory().totalBytes();
        long bytes = Math.max(least, policy.roundUp(total) * WIDTH);
        long address = supply.reserve(bytes);
        while (address == 0 && bytes > least) {
            bytes = Math.max(least, policy.roundUp(bytes / 2));
            address = supply.reserve(bytes);
        }
        if (address == 0) {
            return false;
        }
        core.lock();
        try {
            heap.segments().addRange(address, bytes, wish.small(), page);
            PoolCounters counters = core.counters();
            counters.segmentsTaken.incrementAndGet();
            counters.segmentsPeak =
                    Math.max(counters.segmentsPeak, heap.segments().count());
        } finally {
            core.unlock();
        }
        return true;
    }

    /** Maps handles to a window, and takes a block for a wish at once, if there is one: others could find the memory. */
    private @Nullable Block map(Window window, List<Handle> handles, Domain domain, @Nullable Wish wish) {
        try {
            supply.map(window.range(), window.address(), handles);
        } catch (DriverOutOfMemoryException e) {
            return null; // a host that commits no more than it has refuses only here
        }
        core.lock();
        try {
            long bytes = PageSupply.sum(handles);
            Block filled = heap.ranges().fill(window.range(), window.address(), bytes, window.owner());
            if (wish == null) {
                return null;
            }
            Block block = heap.find(domain, wish.size(), wish.alignment(), wish.small());
            if (block == null && heap.fits(filled, wish.size(), wish.alignment())) {
                block = filled; // a search looks at few places where an aligned piece could be
            }
            if (block == null) {
                return null;
            }
            core.counters().grown.incrementAndGet();
            return wish.carve(heap, block, domain);
        } finally {
            core.unlock();
        }
    }

    /** Takes what another thread has freed since it was looked for: nothing has to be mapped for a wish any more. */
    private @Nullable Block take(Domain domain, Wish wish) {
        core.lock();
        try {
            Block block = heap.find(domain, wish.size(), wish.alignment(), wish.small());
            return block == null ? null : wish.carve(heap, block, domain);
        } finally {
            core.unlock();
        }
    }

    /** Returns the handles that may go to a window: not those that lie beside it, which it counts on. Under the lock. */
    private List<Idle> movable(Window window) {
        Set<Block> beside = new HashSet<>();
        Block hole = window.alone() ? null : window.range().pages().holeAt(window.address());
        if (hole != null && hole.previous() != null) {
            beside.add(hole.previous());
        }
        if (hole != null && hole.next() != null) {
            beside.add(hole.next());
        }
        return heap.ranges().idle(page).stream()
                .filter(idle -> !beside.contains(idle.block()))
                .toList();
    }

    private long mappedBytes(boolean small) {
        core.lock();
        try {
            return heap.segments().bytes(small);
        } finally {
            core.unlock();
        }
    }
}
