package dev.quarry.sim;

import dev.quarry.spi.DriverException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The streams and events of one simulated device by their handles. Guarded by the driver's lock.
 *
 * <p>The handle of a destroyed stream goes to the next new one, as with real drivers. Handles of events are never reused, so
 * that each use after destruction is found.
 */
final class HandleTable {
    /** The handle of the stream that always exists, as in CUDA and HIP. */
    static final long DEFAULT_STREAM = 0;

    private final Timelines timelines;
    private final Map<Long, SimStream> streams = new HashMap<>();
    private final Map<Long, SimEvent> events = new HashMap<>();
    private final Deque<Long> reusable = new ArrayDeque<>();
    private final List<SimStream> draining = new ArrayList<>();
    private long lastHandle;
    private long generations;

    HandleTable(Timelines timelines, int ordinal) {
        this.timelines = timelines;
        this.lastHandle = (ordinal + 1L) << 32;
        openStream(DEFAULT_STREAM);
    }

    /** An event: its last recording, if there was one. */
    static final class SimEvent {
        private @Nullable Recording recording;

        @Nullable
        Recording recording() {
            return recording;
        }

        void record(Recording point) {
            recording = point;
        }
    }

    long openStream() {
        Long reused = reusable.poll();
        return openStream(reused != null ? reused : ++lastHandle);
    }

    void destroyStream(long handle) {
        SimStream stream = stream("destroyStream", handle);
        if (handle == DEFAULT_STREAM) {
            throw new IllegalStateException("destroyStream(0): the default stream cannot be destroyed");
        }
        streams.remove(handle);
        reusable.push(handle);
        timelines.close(stream.timeline());
        if (stream.pending() != 0) {
            draining.add(stream);
        }
    }

    long createEvent() {
        events.put(++lastHandle, new SimEvent());
        return lastHandle;
    }

    void destroyEvent(long handle) {
        event("destroyEvent", handle);
        events.remove(handle);
    }

    /** Returns all streams with work that may not be complete, destroyed ones included. */
    List<SimStream> withWork() {
        draining.removeIf(stream -> stream.pending() == 0);
        List<SimStream> all = new ArrayList<>(streams.values());
        all.addAll(draining);
        return all;
    }

    /**
     * Returns a stream in whatever state it is.
     *
     * @throws IllegalStateException if there is none with this handle
     */
    SimStream stream(String call, long handle) {
        SimStream stream = streams.get(handle);
        if (stream == null) {
            throw new IllegalStateException(call + ": no stream has the handle " + CallGate.hex(handle)
                    + " (never created, or destroyed before)");
        }
        return stream;
    }

    /**
     * Returns a stream on which work can be enqueued.
     *
     * @throws DriverException if it is lost
     */
    SimStream liveStream(String call, long handle) {
        SimStream stream = stream(call, handle);
        if (stream.isLost()) {
            throw Scheduler.lost(call, stream);
        }
        return stream;
    }

    /**
     * Returns a stream that can be recorded, waited for and made to wait.
     *
     * @throws IllegalStateException if it captures a graph
     */
    SimStream runningStream(String call, long handle) {
        SimStream stream = liveStream(call, handle);
        if (stream.isCapturing()) {
            throw new IllegalStateException(call + ": stream " + CallGate.hex(handle) + " captures a graph");
        }
        return stream;
    }

    /**
     * Returns an event.
     *
     * @throws IllegalStateException if there is none with this handle
     */
    SimEvent event(String call, long handle) {
        SimEvent event = events.get(handle);
        if (event == null) {
            throw new IllegalStateException(call + ": no event has the handle " + CallGate.hex(handle)
                    + " (never created, or destroyed before)");
        }
        return event;
    }

    private long openStream(long handle) {
        String name = "stream " + CallGate.hex(handle) + " (no. " + ++generations + ")";
        streams.put(handle, new SimStream(handle, timelines.open(name)));
        return handle;
    }
}
