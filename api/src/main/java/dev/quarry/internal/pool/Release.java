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
        if (child != null) {
            allocation.attach().setChild(child);
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
        return core.options().trackPlaces() ? track(allocation) : allocation;
    }

    /** Records the place of an allocation. */
    PooledAllocation track(PooledAllocation allocation) {
        allocation.attach().setAllocatedAt(place());
        return allocation;
    }

    /** Frees a closed allocation in the order of a domain, and behind events, which it takes over. */
    void release(PooledAllocation allocation, Domain order, List<DriverEvent> events) {
        Attachments attached = allocation.attached();
        if (attached != null && attached.allocatedAt() != null) {
            attached.setClosedAt(place());
        }
        int block = allocation.block();
        long size = core.table().size(block);
        List<DriverEvent> waited = new ArrayList<>(events);
        List<Domain> uses = usesOf(order, attached, waited);
        boolean clear = core.options().clearOnFree();
        if (clear && !uses.isEmpty()) {
            uses = List.of(clearBehind(uses, waited, block));
            waited.forEach(DriverEvent::release);
            waited.clear();
            clear = false;
        }
        boolean dedicated = core.table().isDedicated(block);
        if (clear && waited.isEmpty()) {
            core.device().driver().clear(core.table().address(block), size);
            clear = false;
        }
        if (waited.isEmpty() && uses.size() <= 1 && !dedicated) {
            pool.free(block, allocation.byteSize(), uses.isEmpty() ? core.hostDomain() : uses.getFirst());
        } else {
            putOff(block, uses, waited, clear);
            pool.freed(size);
        }
        ChildPool child = attached == null ? null : attached.child();
        if (child != null) {
            child.uncharge(size);
        }
        if (dedicated) {
            pool.releaseDedicated();
        }
    }

    /** Returns the streams' domains whose work must pass; borrowed ones become events recorded now. */
    private List<Domain> usesOf(Domain order, @Nullable Attachments attached, List<DriverEvent> events) {
        List<Domain> uses = new ArrayList<>(attached == null ? List.of() : attached.uses());
        uses.remove(order);
        uses.addFirst(order);
        uses.removeIf(Domain::isHost);
        for (Domain use : List.copyOf(uses)) {
            DriverStream stream = use.stream();
            if (stream != null && use.isBorrowed()) {
                uses.remove(use);
                events.add(stream.recordNow());
                core.counters().events.incrementAndGet();
            }
        }
        return uses;
    }

    private void putOff(int block, List<Domain> uses, List<DriverEvent> events, boolean clear) {
        core.lock();
        try {
            List<Use> sequences = new ArrayList<>(uses.size());
            for (Domain use : uses) {
                sequences.add(new Use(use, use.nextSequence()));
            }
            pending.add(new PendingBlock(block, sequences, List.copyOf(events), clear));
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
