package dev.quarry.stress;

import dev.quarry.internal.cache.DeferredFrees;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.Operation;

/** The deferred frees as Lincheck calls them: a stack of numbers that is emptied at once. */
public class DeferredOperations {
    private final LongHandles handles = new LongHandles();
    private final DeferredFrees deferred = new DeferredFrees();

    /** Pushes. */
    @Operation
    public void push(long handle) {
        deferred.push(handles.block(handle));
    }

    /** Takes all, the last one first. */
    @Operation
    public List<Long> drain() {
        List<Long> drained = new ArrayList<>();
        deferred.drain(block -> drained.add(block.address()));
        return drained;
    }

    /** Returns whether there is none. */
    @Operation
    public boolean isEmpty() {
        return deferred.isEmpty();
    }
}
