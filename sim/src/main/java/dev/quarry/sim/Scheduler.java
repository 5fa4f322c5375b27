package dev.quarry.sim;

import dev.quarry.spi.DriverException;

/** Enqueues work on simulated streams and completes it as the schedule says. Guarded by the driver's lock. */
final class Scheduler {
    private final SimSchedule schedule;
    private final HazardDetector detector;

    Scheduler(SimSchedule schedule, HazardDetector detector) {
        this.schedule = schedule;
        this.detector = detector;
    }

    /** Enqueues a kernel or a fill. On a stream that captures, work goes into the graph and touches nothing. */
    void enqueueAccess(SimStream stream, String operation, long address, long bytes, boolean write) {
        if (!stream.isCapturing()) {
            detector.streamAccess(stream.timeline(), operation, address, bytes, write);
            enqueued(stream);
        }
    }

    /** Enqueues a copy; what lies in the process or on another device is not looked at. */
    void enqueueCopy(SimStream stream, long source, long target, long bytes) {
        if (stream.isCapturing()) {
            return;
        }
        if (!detector.isForeign(source)) {
            detector.streamAccess(stream.timeline(), "copy", source, bytes, false);
        }
        if (!detector.isForeign(target)) {
            detector.streamAccess(stream.timeline(), "copy", target, bytes, true);
        }
        enqueued(stream);
    }

    /** Enqueues the recording of an event. */
    Recording record(SimStream stream) {
        stream.timeline().follow(detector.timelines().host());
        stream.enqueue();
        Recording recording = stream.end().kept();
        runIfImmediate(stream);
        return recording;
    }

    /** Enqueues a wait on the device. */
    void enqueueWait(SimStream stream, Recording recording) {
        stream.timeline().follow(detector.timelines().host());
        stream.timeline().clock().join(recording.clock());
        stream.enqueueWait(recording);
        runIfImmediate(stream);
    }

    /** Returns whether work is complete, without completing any; the host knows it then. */
    boolean query(Recording recording) {
        if (recording.isComplete()) {
            detector.observed(recording.clock());
            return true;
        }
        return false;
    }

    /** Waits on the host for as long as it may help, and returns whether the work is complete; the host knows it then. */
    boolean await(Recording recording) {
        if (schedule == SimSchedule.LAZY) {
            recording.complete();
        }
        return query(recording);
    }

    /** Makes what a wait without limit throws that would never end. */
    RuntimeException endless(String call, Recording recording) {
        if (schedule == SimSchedule.MANUAL && !recording.stream().isLost()) {
            return new IllegalStateException(
                    call + ": would wait for ever: " + recording.stream().pending()
                            + " works of " + recording.stream().timeline().actor()
                            + " are not complete, and under the schedule MANUAL only the test completes work");
        }
        return lost(call, recording.stream());
    }

    /** Makes the failure of a call that a lost stream stands in the way of. */
    static DriverException lost(String call, SimStream stream) {
        return new DriverException(call, stream.timeline().actor(), 719, "SIM_ERROR_STREAM_LOST");
    }

    private void enqueued(SimStream stream) {
        stream.enqueue();
        runIfImmediate(stream);
    }

    private void runIfImmediate(SimStream stream) {
        if (schedule == SimSchedule.IMMEDIATE) {
            stream.advance(Long.MAX_VALUE);
        }
    }
}
