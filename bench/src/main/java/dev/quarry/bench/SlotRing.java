package dev.quarry.bench;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The positions of a bounded queue of one producer and one consumer; the elements stand in an array of its user's, at the
 * slots that this hands out, so that they can be of any type.
 *
 * <p>What the producer does before {@link #publish()} happens before the consumer gets the slot from {@link #peek()}, and
 * what the consumer does before {@link #release()} before the producer gets it again from {@link #claim()}.
 */
final class SlotRing {
    /** Returned where there is no slot. */
    static final int NONE = -1;

    /** The number of slots: a power of two. */
    static final int SLOTS = 1024;

    /** Where the counters stand: no two on one cache line, nor with anything else. */
    private static final int PUBLISHED = 16;

    private static final int RELEASED = 48;
    private static final int PRODUCERS_COPY = 32;
    private static final int CONSUMERS_COPY = 64;

    /** How many slots were published and released so far, and what each side last saw of the other's number. */
    private final AtomicLongArray counters = new AtomicLongArray(80);

    /** Returns the slot that the producer may fill now, or {@link #NONE} if the queue is full. */
    int claim() {
        long published = counters.getPlain(PUBLISHED);
        if (published - counters.getPlain(PRODUCERS_COPY) == SLOTS) {
            counters.setPlain(PRODUCERS_COPY, counters.getAcquire(RELEASED));
            if (published - counters.getPlain(PRODUCERS_COPY) == SLOTS) {
                return NONE;
            }
        }
        return (int) published & (SLOTS - 1);
    }

    /** Hands the slot that was claimed to the consumer. */
    void publish() {
        counters.setRelease(PUBLISHED, counters.getPlain(PUBLISHED) + 1);
    }

    /** Returns the oldest slot that was published, or {@link #NONE} if the queue is empty. */
    int peek() {
        long released = counters.getPlain(RELEASED);
        if (released == counters.getPlain(CONSUMERS_COPY)) {
            counters.setPlain(CONSUMERS_COPY, counters.getAcquire(PUBLISHED));
            if (released == counters.getPlain(CONSUMERS_COPY)) {
                return NONE;
            }
        }
        return (int) released & (SLOTS - 1);
    }

    /** Gives the slot that was seen back to the producer. */
    void release() {
        counters.setRelease(RELEASED, counters.getPlain(RELEASED) + 1);
    }

    /** Lets the other side run, on a busy machine too, where a thread that spins would keep it off the processor. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it
    static void pause() {
        Thread.yield();
    }
}
