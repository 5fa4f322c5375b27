package dev.quarry.tools.replay;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.trace.Trace;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The engine that allocates from a pool, as users do: an owning handle per block. */
final class PoolEngine extends Engine {
    private final MemoryPool pool;
    private final StreamTable streams;
    private final @Nullable Touch touch;
    private @Nullable Allocation[] live;

    PoolEngine(Trace trace, ReplaySettings settings, MemoryPool pool, StreamTable streams, @Nullable Touch touch) {
        super(trace, settings.allowOom());
        this.pool = pool;
        this.streams = streams;
        this.touch = touch;
        this.live = new Allocation[trace.slots()];
    }

    @Override
    void replay() {
        int operations = trace.operations();
        for (int i = 0; i < operations; i++) {
            if (trace.isAllocation(i)) {
                allocate(i);
            } else {
                free(i);
            }
        }
    }

    @Override
    void allocate(int operation) {
        var order = streams.order(trace.stream(operation));
        long bytes = trace.bytes(operation);
        try {
            Allocation allocation = order == null ? pool.allocate(bytes) : pool.allocate(bytes, order);
            live[trace.slot(operation)] = allocation;
            if (touch != null) {
                touch.write(allocation, operation);
            }
        } catch (DeviceOutOfMemoryException e) {
            failed(operation, e);
        }
    }

    @Override
    void free(int operation) {
        int slot = trace.slot(operation);
        Allocation allocation = live[slot];
        if (allocation == null) {
            return;
        }
        live[slot] = null;
        if (trace.isForeignFree(operation) && streams.differ()) {
            allocation.close(streams.stream(trace.stream(operation)));
        } else {
            allocation.close();
        }
    }

    @Override
    boolean isLive(int slot) {
        return live[slot] != null;
    }

    @Override
    long address(int slot) {
        return at(slot).address();
    }

    @Override
    MemorySegment segment(int slot) {
        return at(slot).segment();
    }

    private Allocation at(int slot) {
        Allocation allocation = live[slot];
        if (allocation == null) {
            throw new IllegalStateException("slot " + slot + " is empty");
        }
        return allocation;
    }

    @Override
    void renew() {
        live = new Allocation[live.length];
    }

    @Override
    public void close() {
        for (Allocation allocation : live) {
            if (allocation != null) {
                allocation.close();
            }
        }
        renew();
    }
}
