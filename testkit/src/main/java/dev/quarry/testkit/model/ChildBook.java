package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics;
import org.jspecify.annotations.Nullable;

/** What is true of one child pool. */
final class ChildBook {
    private final MemoryPool pool;
    private final PoolBook root;
    private final @Nullable ChildBook parent;
    private long reservation;
    private long limit;

    /** What the child and its children hold. */
    private long live;

    private long requested;
    private long mostAllocated;
    private int children;
    private long before;

    ChildBook(MemoryPool pool, PoolBook root, @Nullable ChildBook parent, long reservation, long limit) {
        this.pool = pool;
        this.root = root;
        this.parent = parent;
        this.reservation = reservation;
        this.limit = limit;
        if (parent != null) {
            parent.children++;
        }
    }

    MemoryPool pool() {
        return pool;
    }

    /** Notes a change of reservation and limit. */
    void resized(long reserved, long most) {
        reservation = reserved;
        limit = most;
    }

    /** Returns what the child reserves and neither holds nor reserves for its children. */
    long kept() {
        return Math.max(0, reservation - charged());
    }

    /** Returns how many of some bytes must be had from the pool over the driver; -1 if a limit of a child refuses them. */
    long reach(long bytes) {
        long charged = charged();
        if (charged + bytes > limit) {
            return -1;
        }
        long above = Math.max(0, charged + bytes - reservation) - Math.max(0, charged - reservation);
        return above == 0 || parent == null ? above : parent.reach(above);
    }

    private long charged() {
        return pool.statistics().allocatedBytes().current();
    }

    /** Returns whether the child may be closed. */
    boolean isEmpty() {
        return live == 0 && children == 0;
    }

    void closed() {
        if (parent != null) {
            parent.children--;
        }
    }

    void allocated(Allocation allocation) {
        live++;
        requested += allocation.byteSize();
        mostAllocated += root.most(allocation.byteSize());
        if (parent != null) {
            parent.allocated(allocation);
        }
    }

    void freed(Allocation allocation) {
        live--;
        requested -= allocation.byteSize();
        mostAllocated -= root.most(allocation.byteSize());
        if (parent != null) {
            parent.freed(allocation);
        }
    }

    void check() {
        MemoryStatistics now = pool.statistics();
        PoolBook.equal(pool.name() + ": allocations", now.allocations().current(), live);
        long allocated = now.allocatedBytes().current();
        if (children == 0) {
            PoolBook.within(pool.name() + ": allocatedBytes", allocated, requested, mostAllocated);
        }
        if (allocated > limit && allocated > before) {
            throw new AssertionError(pool.name() + ": grew from " + before + " to " + allocated + " above " + limit);
        }
        before = allocated;
    }

    @Override
    public String toString() {
        return pool.name();
    }
}
