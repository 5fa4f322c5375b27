package dev.quarry.internal.pool;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.ViewSafety;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An arena that cuts its allocations out of a pool's blocks, one after the other.
 *
 * <p>Its life is that of an arena of the JDK, which guards access and the second close. Blocks double in size up to
 * 64 KiB; what is larger than a quarter of that gets a block of its own. Contents are not cleared.
 */
final class PoolArena implements Arena {
    private static final long FIRST_BYTES = 4 << 10;
    private static final long MOST_BYTES = 64 << 10;
    private static final long OWN_BLOCK_BYTES = MOST_BYTES / 4;

    /** Largest alignment that a pool gives; a block for a larger one is so much longer. */
    private static final long POOL_ALIGNMENT = 2 << 20;

    private final PoolFront pool;
    private final Arena life;

    /** The thread that may use this arena, or {@code null} for all. */
    private final @Nullable Thread owner;

    /** Guards the fields below where there is no owner. */
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayList<Allocation> blocks = new ArrayList<>();
    private long nextBytes = FIRST_BYTES;
    private long at;
    private long end;

    /** No block may be taken any more, whether life has ended or not. */
    private boolean ended;

    /** What was cut keeps this arena reachable, and so the blocks' handles; or the pool does. */
    private boolean tied;

    private PoolArena(PoolFront pool, Arena life, @Nullable Thread owner, boolean tied) {
        this.pool = pool;
        this.life = life;
        this.owner = owner;
        this.tied = tied;
    }

    /** Opens an arena; a shared life serves both protections that are not confined. */
    static PoolArena open(PoolFront pool, ViewSafety safety) {
        if (!pool.isOpen()) {
            throw new IllegalStateException(pool + " is closed");
        }
        return safety == ViewSafety.CONFINED
                ? new PoolArena(pool, Arena.ofConfined(), Thread.currentThread(), false)
                : new PoolArena(pool, Arena.ofShared(), null, false);
    }

    /** Makes an allocator whose life somebody else ends; {@link #end} is called then. */
    static PoolArena lasting(PoolFront pool, Arena life) {
        return new PoolArena(pool, life, null, true);
    }

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        if (byteSize < 0) {
            throw new IllegalArgumentException("byteSize = " + byteSize + " (expected: 0 or more)");
        }
        if (byteAlignment <= 0 || Long.bitCount(byteAlignment) != 1) {
            throw new IllegalArgumentException("byteAlignment = " + byteAlignment + " (expected: a power of two)");
        }
        long address = owner != null ? takeOwned(byteSize, byteAlignment) : takeLocked(byteSize, byteAlignment);
        return pool.root().views().under(life, address, byteSize);
    }

    @Override
    public MemorySegment.Scope scope() {
        return life.scope();
    }

    @Override
    public void close() {
        life.close();
        end();
    }

    /** Gives the blocks back to the pool, and takes no more of them. */
    void end() {
        lock.lock();
        try {
            ended = true;
            blocks.reversed().forEach(Allocation::close);
            blocks.clear();
            at = 0;
            end = 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends a child pool's allocator with the child, which decides, told of the blocks that are held here, while none is
     * added.
     *
     * @param decide throws if the child must stay open; nothing has changed then
     * @param undo takes the decision back: native code uses the memory at this moment
     */
    void endIf(Consumer<? super List<Allocation>> decide, Runnable undo) {
        lock.lock();
        try {
            decide.accept(blocks);
            try {
                pool.root().views().end(life);
            } catch (RuntimeException | Error e) {
                undo.run();
                throw e;
            }
            end();
        } finally {
            lock.unlock();
        }
    }

    private long takeOwned(long bytes, long alignment) {
        checkAccess();
        return take(bytes, alignment);
    }

    private long takeLocked(long bytes, long alignment) {
        lock.lock();
        try {
            checkAccess();
            return take(bytes, alignment);
        } finally {
            lock.unlock();
        }
    }

    private long take(long bytes, long alignment) {
        // A zero size takes a byte, so that its address is distinct.
        long needed = Math.max(1, bytes);
        if (alignment > POOL_ALIGNMENT) {
            long spare = alignment - POOL_ALIGNMENT;
            long room = needed > Long.MAX_VALUE - spare
                    ? Long.MAX_VALUE
                    : needed + spare; // no pool has the greatest number
            return (add(room, POOL_ALIGNMENT) + spare) & -alignment;
        }
        return needed > OWN_BLOCK_BYTES || alignment > FIRST_BYTES ? add(needed, alignment) : bump(needed, alignment);
    }

    private long bump(long bytes, long alignment) {
        long address = (at + alignment - 1) & -alignment;
        if (at == 0 || address + bytes > end) {
            long size = Math.max(nextBytes, bytes + alignment);
            nextBytes = Math.min(nextBytes * 2, MOST_BYTES);
            at = add(size, 1);
            end = at + size;
            address = (at + alignment - 1) & -alignment;
        }
        at = address + bytes;
        return address;
    }

    private long add(long bytes, long alignment) {
        blocks.ensureCapacity(blocks.size() + 1); // a block that cannot be noted would be lost
        Allocation block = alignment == 1
                ? pool.allocate(bytes, pool.defaultDomain())
                : pool.allocate(AllocationRequest.of(bytes).aligned(alignment));
        blocks.add(block);
        if (!tied && block instanceof PooledAllocation pooled) {
            tie(pooled);
        }
        return block.address();
    }

    /** Sees to it that a block that is reclaimed when lost is not lost while somebody has a piece of it. */
    private void tie(PooledAllocation block) {
        Watch watch = block.reclaiming();
        if (watch != null) {
            tied = pool.root().views().tie(life, block.address(), this) != null;
            if (!tied) {
                watch.pin();
            }
        }
    }

    private void checkAccess() {
        if (ended || !life.scope().isAlive()) {
            throw new IllegalStateException("arena over " + pool + " is closed");
        }
        if (owner != null && !owner.equals(Thread.currentThread())) {
            throw new WrongThreadException("arena over " + pool + " is confined to the thread that opened it");
        }
    }
}
