package dev.quarry.bench;

import org.jspecify.annotations.Nullable;

/**
 * A thread that frees what another one allocates and hands over through a bounded queue. The elements stand in an array of
 * the subclass, at the queue's slots.
 */
abstract class Handoff {
    private final SlotRing ring = new SlotRing();
    private final Thread consumer =
            Thread.ofPlatform().daemon().name("consumer").unstarted(this::consume);
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;

    /** Frees the element in a slot. */
    abstract void free(int slot);

    /** Starts the thread. */
    final void start() {
        consumer.start();
    }

    /** Waits for an empty slot; the caller fills it and calls {@link #handOver()}. */
    final int emptySlot() {
        int slot = ring.claim();
        while (slot == SlotRing.NONE) {
            if (failure != null) {
                throw new IllegalStateException("the consumer failed", failure);
            }
            SlotRing.pause();
            slot = ring.claim();
        }
        return slot;
    }

    /** Hands the element over. */
    final void handOver() {
        ring.publish();
    }

    /** Waits until all was freed, and ends the thread. */
    final void end() throws InterruptedException {
        ended = true;
        consumer.join();
    }

    private void consume() {
        try {
            while (true) {
                boolean last = ended;
                int slot = ring.peek();
                if (slot != SlotRing.NONE) {
                    free(slot);
                    ring.release();
                } else if (last) {
                    return;
                } else {
                    SlotRing.pause();
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }
}
