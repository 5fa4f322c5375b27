package dev.quarry.sim;

import dev.quarry.StreamState;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One simulated stream: a queue of works of which only the number is kept, and the waits among them. Guarded by the driver's
 * lock.
 */
final class SimStream {
    private final long handle;
    private final Timeline timeline;
    private final Deque<Wait> waits = new ArrayDeque<>();
    private long enqueued;
    private long completed;
    private boolean capturing;
    private boolean lost;

    SimStream(long handle, Timeline timeline) {
        this.handle = handle;
        this.timeline = timeline;
    }

    /** A work that waits for an event: its position in the queue, and what it waits for. */
    private record Wait(long position, Recording recording) {}

    long handle() {
        return handle;
    }

    Timeline timeline() {
        return timeline;
    }

    long completed() {
        return completed;
    }

    /** Returns how many works are not complete. */
    long pending() {
        return enqueued - completed;
    }

    boolean isCapturing() {
        return capturing;
    }

    void beginCapture() {
        capturing = true;
    }

    void endCapture() {
        capturing = false;
    }

    boolean isLost() {
        return lost;
    }

    void lose() {
        lost = true;
    }

    StreamState state() {
        if (lost) {
            return StreamState.LOST;
        }
        if (capturing) {
            return StreamState.CAPTURING;
        }
        return pending() == 0 ? StreamState.IDLE : StreamState.RUNNING;
    }

    /** Enqueues a work that can run as soon as it is the first. */
    void enqueue() {
        enqueued++;
    }

    /** Enqueues a work that waits. */
    void enqueueWait(Recording recording) {
        enqueued++;
        if (!recording.isComplete()) {
            waits.add(new Wait(enqueued, recording));
        }
    }

    /** Returns the present end of the queue. */
    Recording end() {
        return new Recording(this, enqueued, timeline.clock());
    }

    /**
     * Completes works up to a position, in their order.
     *
     * @return {@code null}, or what the first work that cannot complete waits for
     */
    @Nullable
    Recording runTo(long position) {
        for (Wait wait = waits.peek(); wait != null && wait.position <= position; wait = waits.peek()) {
            if (!wait.recording.isComplete()) {
                completed = Math.max(completed, wait.position - 1);
                return wait.recording;
            }
            waits.remove();
        }
        completed = Math.max(completed, position);
        return null;
    }

    /** Completes at most a number of works, none of which has to wait, and returns how many. */
    long advance(long most) {
        if (lost) {
            return 0;
        }
        long before = completed;
        runTo(before + Math.min(most, pending()));
        return completed - before;
    }
}
