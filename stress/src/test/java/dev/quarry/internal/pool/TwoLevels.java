package dev.quarry.internal.pool;

import dev.quarry.internal.cache.DeferredFrees;
import dev.quarry.internal.cache.StreamCache;
import dev.quarry.internal.segment.Block;
import dev.quarry.stress.LongHandles;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;

/**
 * A pool's two levels over numbers, as Lincheck calls them: a cache, and an index behind the pool's lock with frees that are
 * deferred while it is busy. The steps are those of {@link Dispenser} and {@link PoolCore}; the index is a plain list.
 */
@Param(name = "slot", gen = IntGen.class, conf = "0:1")
public class TwoLevels {
    private static final int BLOCKS = 3;

    private final LongHandles handles = new LongHandles();
    private final StreamCache cache = handles.cache();

    private final DeferredFrees deferred = new DeferredFrees();
    private final PoolLock lock = new PoolLock();
    private final AtomicReferenceArray<@Nullable Block> held = new AtomicReferenceArray<>(2);

    /** Guarded by the lock. */
    private final Deque<Block> index = new ArrayDeque<>();

    /** Puts one block into each place; the cache has room for one. */
    public TwoLevels() {
        cache.limit(LongHandles.BYTES, LongHandles.BYTES, 0);
        cache.offer(handles.block(1), LongHandles.BYTES, 1, LongHandles.BYTES);
        held.set(0, handles.block(2));
        index.add(handles.block(BLOCKS));
    }

    /** Takes a block for a slot, and gives it back if another thread has filled the slot. */
    @Operation
    public void allocate(@Param(name = "slot") int slot) {
        Block block = take();
        if (block != null && !held.compareAndSet(slot, null, block)) {
            free(block);
        }
    }

    /** Frees what a slot holds. */
    @Operation
    public void free(@Param(name = "slot") int slot) {
        Block block = held.getAndSet(slot, null);
        if (block != null) {
            free(block);
        }
    }

    /** Brings what is cached to the index. */
    @Operation
    public void drain() {
        lock();
        cache.drain(index::push);
        unlock();
    }

    /** Throws unless each block is in one place. */
    @Validate
    public void validate() {
        List<Block> found = new ArrayList<>(index);
        cache.forEach(found::add);
        deferred.drain(found::add);
        for (int slot = 0; slot < held.length(); slot++) {
            Block block = held.get(slot);
            if (block != null) {
                found.add(block);
            }
        }
        List<Long> numbers = found.stream().map(Block::address).sorted().collect(Collectors.toList());
        if (!numbers.equals(LongStream.rangeClosed(1, BLOCKS).boxed().toList())) {
            throw new IllegalStateException("the blocks are " + numbers);
        }
    }

    private @Nullable Block take() {
        Block block = cache.poll(LongHandles.BYTES, LongHandles.BYTES);
        if (block == null) {
            lock();
            block = index.poll();
            unlock();
        }
        return block;
    }

    private void free(Block block) {
        if (cache.offer(block, LongHandles.BYTES, 1, LongHandles.BYTES)) {
            return;
        }
        if (lock.tryLock()) {
            drainDeferred();
            index.push(block);
            unlock();
        } else {
            deferred.push(block);
            if (lock.tryLock()) {
                unlock();
            }
        }
    }

    private void lock() {
        lock.lock();
        drainDeferred();
    }

    private void unlock() {
        lock.unlock();
        while (!deferred.isEmpty() && lock.tryLock()) {
            drainDeferred();
            lock.unlock();
        }
    }

    private void drainDeferred() {
        if (!deferred.isEmpty()) {
            deferred.drain(index::push);
        }
    }
}
