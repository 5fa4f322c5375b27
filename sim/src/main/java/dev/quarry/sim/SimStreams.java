package dev.quarry.sim;

import dev.quarry.StreamState;
import dev.quarry.spi.StreamDriver;

/** The streams and events of one simulated device. Thread-safe, by the driver's lock. */
final class SimStreams implements StreamDriver {
    private final Object lock;
    private final CallGate gate;
    private final HandleTable handles;
    private final Scheduler scheduler;

    SimStreams(Object lock, CallGate gate, HandleTable handles, Scheduler scheduler) {
        this.lock = lock;
        this.gate = gate;
        this.handles = handles;
        this.scheduler = scheduler;
    }

    @Override
    public long defaultStream() {
        return HandleTable.DEFAULT_STREAM;
    }

    @Override
    public long createStream() {
        gate.enter(SimFunction.CREATE_STREAM);
        synchronized (lock) {
            return handles.openStream();
        }
    }

    @Override
    public void destroyStream(long stream) {
        gate.enter(SimFunction.DESTROY_STREAM, stream);
        synchronized (lock) {
            handles.destroyStream(stream);
        }
    }

    @Override
    public StreamState state(long stream) {
        gate.enter(SimFunction.STATE, stream);
        synchronized (lock) {
            SimStream asked = handles.stream("state", stream);
            if (asked.state() == StreamState.IDLE) {
                scheduler.query(asked.end());
            }
            return asked.state();
        }
    }

    @Override
    public void synchronize(long stream) {
        gate.enter(SimFunction.SYNCHRONIZE, stream);
        synchronized (lock) {
            Recording end = handles.runningStream("synchronize", stream).end();
            if (!scheduler.await(end)) {
                throw scheduler.endless("synchronize", end);
            }
        }
    }

    @Override
    public long createEvent() {
        gate.enter(SimFunction.CREATE_EVENT);
        synchronized (lock) {
            return handles.createEvent();
        }
    }

    @Override
    public void destroyEvent(long event) {
        gate.enter(SimFunction.DESTROY_EVENT, event);
        synchronized (lock) {
            handles.destroyEvent(event);
        }
    }

    @Override
    public void record(long event, long stream) {
        gate.enter(SimFunction.RECORD, event, stream);
        synchronized (lock) {
            HandleTable.SimEvent recorded = handles.event("record", event);
            recorded.record(scheduler.record(handles.runningStream("record", stream)));
        }
    }

    @Override
    public boolean isComplete(long event) {
        gate.enter(SimFunction.IS_COMPLETE, event);
        synchronized (lock) {
            Recording recording = handles.event("isComplete", event).recording();
            return recording == null || scheduler.query(recording);
        }
    }

    @Override
    public boolean await(long event, long timeoutNanos) {
        gate.enter(SimFunction.AWAIT, event, timeoutNanos);
        synchronized (lock) {
            Recording recording = handles.event("await", event).recording();
            if (recording == null) {
                return true;
            }
            boolean complete = timeoutNanos > 0 ? scheduler.await(recording) : scheduler.query(recording);
            if (!complete && timeoutNanos == Long.MAX_VALUE) {
                throw scheduler.endless("await", recording);
            }
            return complete;
        }
    }

    @Override
    public void waitFor(long stream, long event) {
        gate.enter(SimFunction.WAIT_FOR, stream, event);
        synchronized (lock) {
            SimStream waiting = handles.runningStream("waitFor", stream);
            Recording recording = handles.event("waitFor", event).recording();
            if (recording != null) {
                scheduler.enqueueWait(waiting, recording);
            }
        }
    }

    @Override
    public void copy(long stream, long source, long target, long bytes) {
        gate.enter(SimFunction.COPY, stream, source, target, bytes);
        CallGate.requirePositive("copy", bytes);
        synchronized (lock) {
            scheduler.enqueueCopy(handles.liveStream("copy", stream), source, target, bytes);
        }
    }

    @Override
    public void fill(long stream, long address, long bytes, byte value) {
        gate.enter(SimFunction.FILL, stream, address, bytes, value);
        CallGate.requirePositive("fill", bytes);
        synchronized (lock) {
            scheduler.enqueueAccess(handles.liveStream("fill", stream), "fill", address, bytes, true);
        }
    }
}
