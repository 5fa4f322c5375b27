package dev.quarry.internal.pool;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
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

    /** No address of a block. */
    private static final long NO_ROOM = 0;

    private final PoolFront pool;
    private final Arena life;

    /** The thread that may use this arena, or {@code null} for all. */
    private final @Nullable Thread owner;

    /** Guards the fields below where there is no owner; not held while a block is taken from the pool. */
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
        long bytes = Math.max(1, byteSize); // a zero size takes a byte, so that its address is distinct
        boolean own = bytes > OWN_BLOCK_BYTES || byteAlignment > FIRST_BYTES;
        long address = own ? takeOwn(bytes, byteAlignment) : takePiece(bytes, byteAlignment);
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

    /** Takes a block for one piece alone. */
    private long takeOwn(long bytes, long alignment) {
        enter();
        try {
            checkAccess();
        } finally {
            exit();
        }
        long spare = Math.max(0, alignment - POOL_ALIGNMENT);
        long room = bytes > Long.MAX_VALUE - spare ? Long.MAX_VALUE : bytes + spare; // no pool has the greatest number
        long address = keep(obtain(room, Math.min(alignment, POOL_ALIGNMENT)), room, alignment, true);
        return (address + spare) & -alignment;
    }

    /** Cuts a piece out of the present block, or a new one. */
    private long takePiece(long bytes, long alignment) {
        long size;
        enter();
        try {
            checkAccess();
            long address = cut(bytes, alignment);
            if (address != NO_ROOM) {
                return address;
            }
            size = Math.max(nextBytes, bytes + alignment);
        } finally {
            exit();
        }
        Allocation block;
        try {
            block = obtain(size, 1);
        } catch (DeviceOutOfMemoryException e) {
            return cutOrThrow(bytes, alignment, e);
        }
        return keep(block, bytes, alignment, false);
    }

    /** Takes a block from the pool, which may ask the user's handler: no lock is held. */
    private Allocation obtain(long bytes, long alignment) {
        return alignment == 1
                ? pool.allocate(bytes, pool.defaultDomain())
                : pool.allocate(AllocationRequest.of(bytes).aligned(alignment));
    }

    /**
     * Notes a new block and returns a piece of it. It goes back to the pool if this arena has ended meanwhile, or another
     * thread's block has room by now.
     *
     * @param own whether the block is for this piece alone
     */
    private long keep(Allocation block, long bytes, long alignment, boolean own) {
        boolean noted = false;
        enter();
        try {
            checkAccess();
            long address = own ? NO_ROOM : cut(bytes, alignment);
            if (address == NO_ROOM) {
                blocks.add(block);
                noted = true;
                if (!tied && block instanceof PooledAllocation pooled) {
                    tie(pooled);
                }
                address = own ? block.address() : begin(block, bytes, alignment);
            }
            return address;
        } finally {
            exit();
            if (!noted) {
                block.close();
            }
        }
    }

    private long begin(Allocation block, long bytes, long alignment) {
        nextBytes = Math.min(nextBytes * 2, MOST_BYTES);
        at = block.address();
        end = at + block.byteSize();
        return cut(bytes, alignment);
    }

    private long cutOrThrow(long bytes, long alignment, DeviceOutOfMemoryException failure) {
        enter();
        try {
            checkAccess();
            long address = cut(bytes, alignment); // what was lacking may have gone to another thread's block
            if (address == NO_ROOM) {
                throw failure;
            }
            return address;
        } finally {
            exit();
        }
    }

    /** Cuts a piece out of the present block, if it has room. */
    private long cut(long bytes, long alignment) {
        long address = (at + alignment - 1) & -alignment;
        if (at == 0 || address + bytes > end) {
            return NO_ROOM;
        }
        at = address + bytes;
        return address;
    }

    private void enter() {
        if (owner == null) {
            lock.lock();
        }
    }

    private void exit() {
        if (owner == null) {
            lock.unlock();
        }
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
