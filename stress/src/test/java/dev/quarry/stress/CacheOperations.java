package dev.quarry.stress;

import dev.quarry.internal.cache.StreamCache;
import dev.quarry.internal.segment.Block;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.Operation;

/**
 * A stream cache as Lincheck calls it: a stack of numbers. What gives up because another thread is in the cache is tried
 * again, so that only the states of the cache decide the results.
 */
public class CacheOperations {
    private final LongHandles handles = new LongHandles();
    private final StreamCache cache = handles.cache();

    /** Makes an empty cache with room for all that is offered. */
    public CacheOperations() {
        cache.limit(1 << 20, LongHandles.BYTES, 0);
    }

    /** Pushes. */
    @Operation
    public void push(long handle) {
        Block block = handles.block(handle);
        while (!cache.offer(block, LongHandles.BYTES, 1, LongHandles.BYTES)) {
            Thread.onSpinWait();
        }
    }

    /** Takes the last one; 0 if there is none. */
    @Operation
    public long pop() {
        while (true) {
            Block block = cache.poll(LongHandles.BYTES, LongHandles.BYTES);
            if (block != null) {
                return block.address();
            }
            if (cache.isEmpty()) {
                return 0;
            }
            Thread.onSpinWait();
        }
    }

    /** Takes all, the last one first. */
    @Operation
    public List<Long> drain() {
        List<Long> drained = new ArrayList<>();
        cache.drain(block -> drained.add(block.address()));
        return drained;
    }

    /** Returns the bytes held. */
    @Operation
    public long bytes() {
        return cache.counters().bytes();
    }
}
