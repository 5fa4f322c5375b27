package dev.quarry.internal.pool;

import dev.quarry.StreamState;
import dev.quarry.internal.device.DriverEvent;
import dev.quarry.internal.device.DriverStream;
import dev.quarry.internal.index.BlockTable;
import dev.quarry.internal.index.FreeIndex;
import dev.quarry.spi.DriverException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.collections.impl.list.mutable.primitive.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The second cache level: lets one domain use what others freed. The caller holds the gate; the pool's lock is taken for
 * the moments in which the heap changes, and never across a driver call.
 */
final class HandOver {
    /*
     * Frees record nothing. Each free block carries its owner's sequence number, and an event recorded on the owner's
     * stream, together with the number at that moment, is a mark: it covers every block freed before. A domain may take a
     * block that is covered by a mark
     *   - that is complete on the host, or
     *   - that its own stream has been made to wait for: on the device, the host goes on.
     * So one event and one wait serve any number of blocks (I7), RMM's event at each free [1] is not needed, and memory of
     * an idle stream is not stranded as in PyTorch [2]. A closed stream leaves one last mark that covers everything.
     *
     * The host, borrowed streams and capturing streams cannot be made to wait: for them a mark must be complete.
     *
     * [1] rapidsai/rmm, stream_ordered_memory_resource.hpp. [2] NVIDIA/Megatron-LM#6885.
     */
    private static final int MOST_MARKS = 8;

    private final PoolCore core;
    private final Heap heap;

    HandOver(PoolCore core) {
        this.core = core;
        this.heap = core.heap();
    }

    /** Returns whether a domain's stream can be made to wait for events. */
    boolean canWait(Domain domain) {
        DriverStream stream = domain.stream();
        return stream != null && !domain.isBorrowed() && !domain.isEnded() && isUsable(stream);
    }

    /** Returns whether what a domain freed up to a number is complete on the host; asks the driver, never waits. */
    boolean isComplete(Domain owner, long sequence) {
        while (!owner.isCompleted(sequence)) {
            Mark first = owner.marks().peekFirst();
            if (first == null || !first.event().query()) {
                return false;
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
        if (owner == domain || domain.seen(owner) >= sequence || isComplete(owner, sequence)) {
            return true;
        }
        Mark mark = cover(owner, sequence);
        if (mark == null) {
            return false;
        }
        if (isComplete(owner, sequence)) {
            return true;
        }
        DriverStream stream = domain.stream();
        if (!waits || stream == null) {
            return false;
        }
        stream.waitForHeld(mark.event());
        core.counters().streamWaits.incrementAndGet();
        domain.setSeen(owner, mark.sequence());
        return true;
    }

    /** Takes the best fit that another domain owns, or returns 0. */
    int steal(Domain domain, Wish wish, boolean waits) {
        List<Domain> refused = new ArrayList<>();
        for (int attempts = 0; attempts < 64; attempts++) {
            Domain owner;
            long sequence;
            core.lock();
            try {
                int best = bestForeign(domain, wish, refused);
                if (best == 0) {
                    return 0;
                }
                owner = heap.domain(heap.table().owner(best));
                sequence = heap.table().sequence(best);
            } finally {
                core.unlock();
            }
            if (!order(domain, owner, sequence, waits)) {
                refused.add(owner);
                continue;
            }
            core.lock();
            try {
                int block = heap.fit(owner.index(wish.small()), wish.size(), wish.alignment());
                if (block != 0 && isOrdered(domain, owner, heap.table().sequence(block))) {
                    return heap.carve(block, wish.size(), wish.alignment(), domain, wish.requested(), wish.tag());
                }
            } finally {
                core.unlock();
            }
        }
        return 0;
    }

    /**
     * Empties all stream caches, and moves to a domain all free blocks that it can be ordered behind, so that neighbours
     * merge whoever freed them.
     *
     * @return bytes moved
     */
    long consolidate(Domain domain, boolean waits) {
        long moved = drainCaches();
        for (Domain owner : core.domains()) {
            if (owner == domain || owner.isHost()) {
                continue;
            }
            long sequence = sequenceOf(owner);
            if (!owner.isEmpty() && order(domain, owner, sequence, waits)) {
                moved += move(owner, waits ? domain : core.hostDomain(), domain);
            }
            retireIfGone(owner);
        }
        if (!domain.isHost()) {
            adopt(domain);
        }
        return moved;
    }

    /** Gives what is left of a domain whose stream is closed, and whose work is complete, to the host's domain. */
    void retireIfGone(Domain domain) {
        if (domain.isEnded() && isComplete(domain, Domain.EVERYTHING)) {
            core.lock();
            try {
                move(domain, core.hostDomain(), core.hostDomain());
                heap.domains().set(domain.id(), core.hostDomain());
                heap.domains().forEach(other -> other.forget(domain));
            } finally {
                core.unlock();
            }
        }
    }

    /** Empties all stream caches into the index. */
    long drainCaches() {
        long drained = 0;
        for (Domain domain : core.domains()) {
            drained += drain(domain);
        }
        return drained;
    }

    /** Empties one domain's cache into the index; needs the lock only, not the gate. */
    long drain(Domain domain) {
        core.lock();
        try {
            long before = domain.indexedBytes();
            domain.cache().drain(block -> heap.free(block, domain));
            return domain.indexedBytes() - before;
        } finally {
            core.unlock();
        }
    }

    /**
     * Returns the mark that covers a number: an earlier one, else one recorded now.
     *
     * @return {@code null} if nothing can be recorded on the stream
     */
    @Nullable Mark cover(Domain owner, long sequence) {
        for (Mark mark : owner.marks()) {
            if (mark.sequence() >= sequence) {
                return mark;
            }
        }
        DriverStream stream = owner.stream();
        if (stream == null || owner.isEnded() || owner.isBorrowed() || !isUsable(stream)) {
            return null;
        }
        return record(owner, stream, sequenceOf(owner));
    }

    /** Ends a domain whose stream closes: one last mark covers all that it has freed, and all that it will free. */
    void end(Domain domain) {
        DriverStream stream = domain.stream();
        if (stream != null && !domain.isBorrowed()) {
            record(domain, stream, Domain.EVERYTHING);
        }
        core.lock();
        try {
            domain.end();
            domain.cache().limit(0, 0);
        } finally {
            core.unlock();
        }
        drain(domain);
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

    /** Takes note that a domain's first mark is complete. */
    void complete(Domain owner) {
        Mark first = owner.marks().removeFirst();
        owner.setCompleted(first.sequence());
        first.event().release();
    }

    private int bestForeign(Domain domain, Wish wish, List<Domain> refused) {
        int best = 0;
        for (Domain owner : heap.domains()) {
            if (owner != domain && !owner.isHost() && !refused.contains(owner)) {
                int block = heap.fit(owner.index(wish.small()), wish.size(), wish.alignment());
                if (block != 0 && (best == 0 || heap.table().precedes(block, best))) {
                    best = block;
                }
            }
        }
        return best;
    }

    private boolean isOrdered(Domain domain, Domain owner, long sequence) {
        return owner.isCompleted(sequence) || domain.seen(owner) >= sequence;
    }

    private long move(Domain owner, Domain target, Domain orderedAs) {
        long moved = 0;
        core.lock();
        try {
            for (boolean small : new boolean[] {true, false}) {
                FreeIndex index = owner.index(small);
                IntArrayList blocks = new IntArrayList(index.count());
                index.forEach(blocks::add);
                for (int i = 0; i < blocks.size(); i++) {
                    int block = blocks.get(i);
                    if (isOrdered(orderedAs, owner, heap.table().sequence(block))) {
                        moved += heap.table().size(block);
                        heap.detach(block);
                        heap.free(block, target);
                    }
                }
            }
        } finally {
            core.unlock();
        }
        return moved;
    }

    /** Makes blocks that nobody owns and that stand beside a domain's free blocks the domain's, so that they merge. */
    private void adopt(Domain domain) {
        core.lock();
        try {
            for (boolean small : new boolean[] {true, false}) {
                FreeIndex index = core.hostDomain().index(small);
                IntArrayList beside = new IntArrayList();
                index.forEach(block -> {
                    if (isFreeOf(domain, heap.table().previous(block)) || isFreeOf(domain, heap.table().next(block))) {
                        beside.add(block);
                    }
                });
                for (int i = 0; i < beside.size(); i++) {
                    int block = beside.get(i);
                    if (isFreeOf(core.hostDomain(), block)) {
                        heap.detach(block);
                        heap.free(block, domain);
                    }
                }
            }
        } finally {
            core.unlock();
        }
    }

    private boolean isFreeOf(Domain domain, int block) {
        return block != 0
                && heap.table().state(block) == BlockTable.FREE
                && heap.table().owner(block) == domain.id();
    }

    private long sequenceOf(Domain owner) {
        core.lock();
        try {
            return owner.sequence();
        } finally {
            core.unlock();
        }
    }

    private static boolean isUsable(DriverStream stream) {
        StreamState state = stream.driver().state(stream.handle());
        return state == StreamState.IDLE || state == StreamState.RUNNING;
    }
}
