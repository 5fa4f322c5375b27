package dev.quarry.internal.pool;

import dev.quarry.AllocationRequest;
import dev.quarry.internal.device.DriverEvent;
import dev.quarry.internal.device.DriverStream;
import dev.quarry.internal.pool.PendingBlock.Use;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Frees that are not plain: used on several streams, behind events, on borrowed streams, cleared, shareable, of a child
 * pool, or tracked. And the other end: what such allocations need before the user gets them.
 */
final class Release {
    private static final StackWalker WALKER = StackWalker.getInstance();

    private final DevicePool pool;
    private final PoolCore core;
    private final Pending pending;

    Release(DevicePool pool, Pending pending) {
        this.pool = pool;
        this.core = pool.core();
        this.pending = pending;
    }

    /** Returns whether frees in a domain are never plain. */
    boolean isSpecial(Domain domain) {
        return core.options().clearOnFree() || domain.isBorrowed();
    }

    /** Gives an allocation what its request asks for beyond bytes; on failure the block is back and nothing is held. */
    PooledAllocation prepare(PooledAllocation allocation, AllocationRequest request, @Nullable ChildPool child) {
        if (request.viewSafety() != null) {
            allocation.attach().setViewSafety(request.viewSafety());
        }
        if (request.isShareable()) {
            allocation.attach();
        }
        if (request.isZeroed()) {
            try {
                clear(allocation.domain(), allocation.block());
            } catch (RuntimeException | Error e) {
                allocation.close();
                throw e;
            }
        }
        if (child != null) {
            allocation.attach().setChild(child);
        }
        return core.options().trackPlaces() ? track(allocation) : allocation;
    }

    /** Records the place of an allocation. */
    PooledAllocation track(PooledAllocation allocation) {
        allocation.attach().setAllocatedAt(place());
        return allocation;
    }

    /**
     * Frees a closed allocation in the order of a domain, and behind events, which it takes over.
     *
     * @throws RuntimeException what a driver threw; the memory is withheld then, since nobody can tell when it is free
     */
    void release(PooledAllocation allocation, Domain order, List<DriverEvent> events) {
        Attachments attached = allocation.attached();
        if (attached != null && attached.allocatedAt() != null) {
            attached.setClosedAt(place());
        }
        int block = allocation.block();
        long size = core.table().size(block);
        boolean dedicated = core.table().isDedicated(block);
        try {
            release(allocation, usesOf(order, attached), new ArrayList<>(events));
        } catch (RuntimeException e) {
            putOff(block, List.of(Use.unknown(order)), List.of(), false);
            pool.freed(size);
            throw e;
        } finally {
            ChildPool child = attached == null ? null : attached.child();
            if (child != null) {
                child.uncharge(size);
            }
        }
        if (dedicated) {
            pool.releaseDedicated();
        }
    }

    private void release(PooledAllocation allocation, List<Domain> uses, List<DriverEvent> events) {
        int block = allocation.block();
        recordBorrowed(uses, events);
        boolean clear = core.options().clearOnFree();
        if (clear && !uses.isEmpty()) {
            Domain target = clearBehind(uses, events, block);
            uses.clear();
            uses.add(target);
            events.forEach(DriverEvent::release);
            events.clear();
            clear = false;
        }
        if (clear && events.isEmpty()) {
            core.device()
                    .driver()
                    .clear(core.table().address(block), core.table().size(block));
            clear = false;
        }
        if (events.isEmpty() && uses.size() <= 1 && !core.table().isDedicated(block)) {
            pool.free(block, allocation.byteSize(), uses.isEmpty() ? core.hostDomain() : uses.getFirst());
        } else {
            long size = core.table().size(block);
            putOff(block, sequences(uses), events, clear);
            pool.freed(size);
        }
    }

    /** Returns the streams' domains whose work must pass, the one of the order first. */
    private static List<Domain> usesOf(Domain order, @Nullable Attachments attached) {
        List<Domain> uses = new ArrayList<>(attached == null ? List.of() : attached.uses());
        uses.remove(order);
        uses.addFirst(order);
        uses.removeIf(Domain::isHost);
        return uses;
    }

    /** Turns uses on borrowed streams into events recorded now: the stream may be gone later. */
    private void recordBorrowed(List<Domain> uses, List<DriverEvent> events) {
        for (Domain use : List.copyOf(uses)) {
            DriverStream stream = use.stream();
            if (stream != null && use.isBorrowed()) {
                events.add(stream.recordNow());
                core.counters().events.incrementAndGet();
                uses.remove(use);
            }
        }
    }

    private List<Use> sequences(List<Domain> uses) {
        core.lock();
        try {
            List<Use> sequences = new ArrayList<>(uses.size());
            for (Domain use : uses) {
                sequences.add(new Use(use, use.nextSequence()));
            }
            return sequences;
        } finally {
            core.unlock();
        }
    }

    private void putOff(int block, List<Use> uses, List<DriverEvent> events, boolean clear) {
        core.lock();
        try {
            pending.add(new PendingBlock(block, uses, List.copyOf(events), clear));
        } finally {
            core.unlock();
        }
    }

    /** Enqueues clearing a block on one of the streams, behind the others and the events; returns that stream's domain. */
    private Domain clearBehind(List<Domain> uses, List<DriverEvent> events, int block) {
        Domain target = uses.stream()
                .filter(use -> !use.isEnded())
                .findFirst()
                .orElseGet(() -> pool.domainOf(core.device().defaultStream()));
        DriverStream stream = target.stream();
        if (stream == null) {
            throw new IllegalStateException("the host's domain is no use on a stream");
        }
        for (Domain use : uses) {
            DriverStream other = use.stream();
            if (use != target && other != null) {
                waitFor(use, other, stream);
            }
        }
        events.forEach(stream::waitForHeld);
        clear(target, block);
        return target;
    }

    private void waitFor(Domain use, DriverStream other, DriverStream stream) {
        if (use.isEnded()) {
            core.gate().lock();
            try {
                use.marks().forEach(mark -> stream.waitForHeld(mark.event()));
            } finally {
                core.gate().unlock();
            }
        } else {
            DriverEvent event = other.recordNow();
            core.counters().events.incrementAndGet();
            stream.waitForHeld(event);
            event.release();
        }
    }

    private void clear(Domain domain, int block) {
        long address = core.table().address(block);
        long size = core.table().size(block);
        DriverStream stream = domain.stream();
        if (stream == null) {
            core.device().driver().clear(address, size);
        } else {
            stream.driver().fill(stream.handle(), address, size, (byte) 0);
        }
    }

    /** Returns the first frame outside of Quarry, with the thread. */
    private static String place() {
        String frame =
                WALKER.walk(frames -> frames.filter(f -> !f.getClassName().startsWith("dev.quarry.internal."))
                        .findFirst()
                        .map(StackWalker.StackFrame::toString)
                        .orElse("unknown"));
        return frame + " (thread \"" + Thread.currentThread().getName() + "\")";
    }
}
