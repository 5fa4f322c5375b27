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
    private final long limit;

    /** What the child and its children hold. */
    private long live;

    private long requested;
    private long mostAllocated;
    private int children;

    ChildBook(MemoryPool pool, PoolBook root, @Nullable ChildBook parent, long limit) {
        this.pool = pool;
        this.root = root;
        this.parent = parent;
        this.limit = limit;
        if (parent != null) {
            parent.children++;
        }
    }

    MemoryPool pool() {
        return pool;
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
        PoolBook.within(pool.name() + ": allocatedBytes against its limit", allocated, 0, limit);
    }

    @Override
    public String toString() {
        return pool.name();
    }
}
