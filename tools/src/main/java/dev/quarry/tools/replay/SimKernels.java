package dev.quarry.tools.replay;

import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimHazards;
import dev.quarry.spi.StreamDriver;
import dev.quarry.trace.Trace;

/**
 * Simulated kernels that write every block after its allocation and before its free, ordered as a right program orders
 * them. The simulated device counts a hazard where the engine hands memory out too early.
 */
final class SimKernels {
    /** What has to be true of a block's work when the block is freed. */
    private enum Free {
        /** It is ordered before the free, on the free's stream. */
        ORDERED,
        /** It is complete. */
        COMPLETE
    }

    private final SimDriver driver;
    private final StreamDriver streams;
    private final long[] handles;
    private final boolean[] hostOrdered;
    private final Free free;

    private SimKernels(SimDriver driver, long[] handles, boolean[] hostOrdered, Free free) {
        this.driver = driver;
        this.streams = driver.streams();
        this.handles = handles;
        this.hostOrdered = hostOrdered;
        this.free = free;
    }

    /** Makes kernels for an engine that frees in the order of streams. */
    static SimKernels ordered(SimDriver driver, StreamTable table, Trace trace) {
        long[] handles = new long[trace.streams()];
        boolean[] hostOrdered = new boolean[trace.streams()];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = table.stream(i).handle();
            hostOrdered[i] = table.order(i) == null;
        }
        return new SimKernels(driver, handles, hostOrdered, Free.ORDERED);
    }

    /** Makes kernels for an engine that frees at once, on streams of their own. */
    static SimKernels complete(SimDriver driver, Trace trace) {
        long[] handles = new long[trace.streams()];
        for (int i = 0; i < handles.length; i++) {
            boolean isDefault = trace.streamNumber(i) == 0;
            handles[i] = isDefault
                    ? driver.streams().defaultStream()
                    : driver.streams().createStream();
        }
        return new SimKernels(driver, handles, new boolean[handles.length], Free.COMPLETE);
    }

    /** Uses a block that was just allocated. */
    void allocated(int stream, long address, long bytes) {
        if (hostOrdered[stream]) {
            driver.hostTouch(address, bytes, true);
        } else {
            driver.touch(handles[stream], address, bytes, true);
        }
    }

    /** Uses a block for the last time, on the stream that frees it. */
    void beforeFree(int allocatedOn, int freedOn, long address, long bytes) {
        if (allocatedOn == freedOn) {
            allocated(freedOn, address, bytes);
        } else {
            if (!hostOrdered[allocatedOn]) {
                order(handles[allocatedOn], handles[freedOn]);
            }
            driver.touch(handles[freedOn], address, bytes, true);
        }
        if (free == Free.COMPLETE) {
            streams.synchronize(handles[freedOn]);
        }
    }

    private void order(long before, long after) {
        long event = streams.createEvent();
        streams.record(event, before);
        streams.waitFor(after, event);
        streams.destroyEvent(event);
    }

    /** Waits until all work is complete. */
    void finish() {
        for (long handle : handles) {
            streams.synchronize(handle);
        }
    }

    /** Returns the hazards so far. */
    SimHazards hazards() {
        return driver.hazards();
    }
}
