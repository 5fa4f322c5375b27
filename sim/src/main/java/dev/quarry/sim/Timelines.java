package dev.quarry.sim;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The host's timeline, and the slots of those of streams.
 *
 * <p>The slot of a closed stream is given to a new one only when the host knows that all accesses of the old one are
 * complete: what comes later is then ordered after them anyway.
 */
final class Timelines {
    private static final int HOST = 0;

    private final Timeline host = new Timeline("the host", HOST, 0);
    private final Deque<Retired> retired = new ArrayDeque<>();
    private int slots = HOST + 1;

    private record Retired(int slot, long tick) {}

    /** Returns the one timeline of all threads of the host, which synchronize through the pool. */
    Timeline host() {
        return host;
    }

    /** Opens the timeline of a stream. */
    Timeline open(String actor) {
        Retired oldest = retired.peek();
        if (oldest != null && host.clock().get(oldest.slot) >= oldest.tick) {
            retired.remove();
            return new Timeline(actor, oldest.slot, oldest.tick);
        }
        return new Timeline(actor, slots++, 0);
    }

    /** Lets the host know that nothing a stream was asked to do will touch memory any more. */
    void silence(Timeline timeline) {
        host.clock().set(timeline.slot(), timeline.clock().get(timeline.slot()));
    }

    /** Ends the timeline of a stream. */
    void close(Timeline timeline) {
        retired.add(new Retired(timeline.slot(), timeline.clock().get(timeline.slot())));
    }
}
