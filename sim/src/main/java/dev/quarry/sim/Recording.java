package dev.quarry.sim;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A point in a stream's queue, as an event's recording keeps it.
 *
 * @param stream the stream, by identity: its handle may belong to another one by now
 * @param position the number of works before this point
 * @param clock what is ordered before this point
 */
record Recording(SimStream stream, long position, VectorClock clock) {
    /** Returns whether all work before this point is complete. */
    boolean isComplete() {
        return stream.completed() >= position;
    }

    /** Returns this point with a clock that stays as it is now. */
    Recording kept() {
        return new Recording(stream, position, clock.copy());
    }

    /**
     * Completes the work before this point, and what that work waits for, and nothing else.
     *
     * @return whether it is complete; not where a lost stream stands in the way
     */
    boolean complete() {
        Deque<Recording> needed = new ArrayDeque<>();
        needed.push(this);
        while (!needed.isEmpty()) {
            Recording next = needed.element();
            if (next.isComplete()) {
                needed.pop();
            } else if (next.stream.isLost()) {
                return false;
            } else {
                Recording earlier = next.stream.runTo(next.position);
                if (earlier != null) {
                    needed.push(earlier);
                }
            }
        }
        return true;
    }
}
