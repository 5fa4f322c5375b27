package dev.quarry.internal.pool;

import dev.quarry.StreamState;
import dev.quarry.internal.device.DriverEvent;
import dev.quarry.internal.device.DriverStream;
import dev.quarry.spi.DriverException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may use what another domain freed: orders domains behind each other by marks (I7). The caller holds the gate; the
 * pool's lock is not held across a driver call.
 */
final class StreamOrder {
    /*
     * Frees record nothing. Each free block carries its owner's sequence number, and an event recorded on the owner's
     * stream, together with the number at that moment, is a mark: it covers every block freed before. A domain may take a
     * block that is covered by a mark
     *   - that is complete on the host, or
     *   - that its own stream has been made to wait for: on the device, the host goes on.
     * So one event and one wait serve any number of blocks, RMM's event at each free [1] is not needed, and memory of an
     * idle stream is not stranded as in PyTorch [2]. A closed stream leaves one last mark that covers everything.
     *
     * The host, borrowed streams and capturing streams cannot be made to wait: for them a mark must be complete. A lost
     * stream runs nothing any more: all that it could have used counts as complete. A private pool asks nothing of any
     * stream before its close, and lets nobody have what another one freed: see Backing.
     *
     * [1] rapidsai/rmm, stream_ordered_memory_resource.hpp. [2] NVIDIA/Megatron-LM#6885.
     */
    private static final int MOST_MARKS = 8;

    private final PoolCore core;

    StreamOrder(PoolCore core) {
        this.core = core;
    }

    /** Returns whether a domain's stream can be made to wait for events. */
    boolean canWait(Domain domain) {
        DriverStream stream = domain.stream();
        return stream != null && !core.isSecluded() && !domain.isBorrowed() && !domain.isEnded() && isUsable(stream);
    }

    /** Returns whether what a domain freed up to a number is complete on the host; asks the driver, never waits. */
    boolean isComplete(Domain owner, long sequence) {
        while (!owner.isCompleted(sequence)) {
            Mark first = owner.marks().peekFirst();
            if (first == null || core.isSecluded() || !isReached(owner, first)) {
                return owner.isCompleted(sequence);
            }
            complete(owner);
        }
        return true;
    }

    /**
     * Orders a domain behind what another one freed up to a number.
     *
     * @param waits whether the domain's stream may be made to wait
     * @return whether it is ordered now
     */
    boolean order(Domain domain, Domain owner, long sequence, boolean waits) {
        if (isOrdered(domain, owner, sequence) || isComplete(owner, sequence)) {
            return true;
        }
        Mark mark = cover(owner, sequence);
        if (isComplete(owner, sequence)) {
            return true;
        }
        DriverStream stream = domain.stream();
        if (mark == null || !waits || stream == null) {
            return false;
        }
        stream.waitForHeld(mark.event());
        core.counters().streamWaits.incrementAndGet();
        domain.setSeen(owner, mark.sequence());
        return true;
    }

    /** Returns whether a domain is known to be ordered behind what another one freed up to a number. */
    boolean isOrdered(Domain domain, Domain owner, long sequence) {
        return owner == domain || owner.isCompleted(sequence) || domain.seen(owner) >= sequence;
    }

    /**
     * Returns the mark that covers a number: an earlier one, else one recorded now.
     *
     * @return {@code null} if nothing can be recorded on the stream
     */
    @Nullable
    Mark cover(Domain owner, long sequence) {
        for (Mark mark : owner.marks()) {
            if (mark.sequence() >= sequence) {
                return mark;
            }
        }
        DriverStream stream = owner.stream();
        if (stream == null || core.isSecluded() || owner.isEnded() || owner.isBorrowed()) {
            return null;
        }
        long present = sequenceOf(owner);
        StreamState state = stateOf(stream);
        if (state == StreamState.LOST) {
            forgetMarks(owner);
            owner.setCompleted(present);
        }
        return state == StreamState.IDLE || state == StreamState.RUNNING ? record(owner, stream, present) : null;
    }

    /** Asks how far all streams are, so that it is known which free memory no work can touch. */
    void noteComplete() {
        for (Domain owner : core.isSecluded() ? List.<Domain>of() : core.domains()) {
            long sequence = owner.isHost() || owner.isEmpty() ? 0 : sequenceOf(owner);
            if (sequence > 0 && !isComplete(owner, sequence)) {
                cover(owner, sequence);
                isComplete(owner, sequence);
            }
        }
    }

    /** Takes note of a stream on which nothing is under way: all that was freed before the question is complete. */
    void noteIfIdle(Domain owner) {
        DriverStream stream = owner.stream();
        if (stream != null && !core.isSecluded() && !owner.isEnded() && !owner.isBorrowed()) {
            long present = sequenceOf(owner);
            if (stateOf(stream) == StreamState.IDLE) {
                forgetMarks(owner);
                owner.setCompleted(present);
            }
        }
    }

    /**
     * Records a closing stream's last mark: it covers all that the domain has freed and will free. For a borrowed stream
     * too: its wrapper's close is the last moment at which that is allowed.
     */
    void recordLast(Domain domain) {
        DriverStream stream = domain.stream();
        if (stream == null || isCapturing(domain)) {
            return; // what captures would take any call into its graph, or end over it
        }
        boolean marked = !isLost(domain) && record(domain, stream, Domain.EVERYTHING) != null;
        if (!marked && (isLost(domain) || isSynchronized(stream))) {
            forgetMarks(domain);
            domain.setCompleted(Domain.EVERYTHING);
        }
    }

    /** Waits for a domain's stream, if it is open, so that all it has freed is complete. */
    void synchronize(Domain owner) {
        DriverStream stream = owner.stream();
        long present = sequenceOf(owner);
        if (stream != null
                && !owner.isEnded()
                && !owner.isBorrowed()
                && !isCapturing(owner)
                && isSynchronized(stream)) {
            forgetMarks(owner);
            owner.setCompleted(present);
        }
    }

    /** Releases the events of a domain that needs none any more. */
    void forgetMarks(Domain domain) {
        while (!domain.marks().isEmpty()) {
            domain.marks().removeFirst().event().release();
        }
    }

    /** Takes note that a domain's first mark is complete. */
    void complete(Domain owner) {
        Mark first = owner.marks().removeFirst();
        owner.setCompleted(first.sequence());
        first.event().release();
    }

    /** Returns the domain's present sequence number. */
    long sequenceOf(Domain owner) {
        core.lock();
        try {
            return owner.sequence();
        } finally {
            core.unlock();
        }
    }

    private boolean isReached(Domain owner, Mark mark) {
        try {
            return mark.event().query();
        } catch (DriverException e) {
            if (isLost(owner)) {
                completeAll(owner);
            } else {
                core.log("cannot query an event of " + owner + "; its memory stays with it", e);
            }
            return false;
        }
    }

    private @Nullable Mark record(Domain owner, DriverStream stream, long sequence) {
        DriverEvent event;
        try {
            event = stream.recordNow();
        } catch (DriverException e) {
            core.log("cannot record an event on " + stream + "; its memory stays with it", e);
            return null;
        }
        core.counters().events.incrementAndGet();
        if (owner.marks().size() >= MOST_MARKS) {
            owner.marks().removeLast().event().release();
        }
        Mark mark = new Mark(event, sequence);
        owner.marks().addLast(mark);
        return mark;
    }

    private void completeAll(Domain owner) {
        forgetMarks(owner);
        owner.setCompleted(sequenceOf(owner));
    }

    /** Waits for a stream on which nothing can be recorded; returns whether that worked. */
    private boolean isSynchronized(DriverStream stream) {
        try {
            stream.driver().synchronize(stream.handle());
            core.counters().hostWaits.incrementAndGet();
            return true;
        } catch (DriverException e) {
            core.log("cannot wait for " + stream + "; the memory it may use stays with it", e);
            return false;
        }
    }

    private static boolean isUsable(DriverStream stream) {
        StreamState state = stateOf(stream);
        return state == StreamState.IDLE || state == StreamState.RUNNING;
    }

    private static boolean isLost(Domain owner) {
        DriverStream stream = owner.stream();
        return stream != null && !owner.isEnded() && !owner.isBorrowed() && stateOf(stream) == StreamState.LOST;
    }

    /** Returns whether a domain's stream captures a graph, which every driver tells without an effect on that. */
    boolean isCapturing(Domain owner) {
        DriverStream stream = owner.stream();
        return stream != null && !owner.isEnded() && !owner.isBorrowed() && stateOf(stream) == StreamState.CAPTURING;
    }

    /** Returns a stream's state, {@code null} if the driver cannot tell. */
    private static @Nullable StreamState stateOf(DriverStream stream) {
        try {
            return stream.driver().state(stream.handle());
        } catch (DriverException e) {
            return null;
        }
    }
}
