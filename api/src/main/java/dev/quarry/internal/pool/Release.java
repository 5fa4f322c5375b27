package dev.quarry.internal.pool;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Reclaim;
import dev.quarry.internal.device.DriverEvent;
import dev.quarry.internal.device.DriverStream;
import dev.quarry.internal.event.AllocationEvent;
import dev.quarry.internal.pool.PendingBlock.Use;
import dev.quarry.internal.segment.Block;
import dev.quarry.spi.DriverException;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Frees that are not plain: used on several streams, behind events, on borrowed streams, cleared, shareable, of a child
 * pool, or tracked. And the other end: what such allocations need before the user gets them.
 */
final class Release {
    private final DevicePool pool;
    private final PoolCore core;
    private final Pending pending;

    Release(DevicePool pool, Pending pending) {
        this.pool = pool;
        this.core = pool.core();
        this.pending = pending;
    }

    /** Gives an allocation what its request asks for beyond bytes; on failure the caller takes the block back. */
    PooledAllocation prepare(PooledAllocation allocation, AllocationRequest request, @Nullable ChildPool child) {
        if (request.viewSafety() != null) {
            allocation.attach().setViewSafety(request.viewSafety());
        }
        if (request.isShareable()) {
            allocation.attach();
        }
        if (request.isZeroed()) {
            clear(allocation.domain(), allocation.block());
        }
        if (child != null) {
            allocation.attach().setChild(child);
        }
        return begin(allocation);
    }

    /** Tells whoever listens of a new allocation, and lets the leak detection watch it if its turn has come. */
    PooledAllocation begin(PooledAllocation allocation) {
        AllocationEvent event = new AllocationEvent();
        if (event.isEnabled()) {
            Block block = allocation.block();
            event.fill(
                    allocation.pool().name(),
                    allocation.domain().toString(),
                    core.tags().given(block.tag()),
                    allocation.byteSize(),
                    block.size(),
                    block.address());
            event.commit();
        }
        if (core.isObserved() || allocation.domain().isSampleDue(core.leakSampling())) {
            observe(allocation);
        }
        return allocation;
    }

    /**
     * Records the place of an allocation, watches whether its handle is lost, and looks at the pressure at this occasion.
     * The watch begins last: an allocation that fails after that would be freed twice.
     */
    private void observe(PooledAllocation allocation) {
        boolean due = !core.isObserved() || allocation.domain().isSampleDue(core.leakSampling());
        boolean placed = due || core.isTracking();
        Reclaim reclaim = core.reclaim();
        Attachments attached = allocation.attach();
        if (placed) {
            pool.pressure().lookAgain();
            Place place = Place.caller();
            attached.setAllocatedAt(place);
            core.places().add(allocation.block(), place);
        }
        if (reclaim == Reclaim.ALL || (placed && core.leakSampling() > 0)) {
            try {
                Watch watch = new Watch(allocation, attached, reclaim != Reclaim.OFF);
                attached.setWatch(watch);
                core.leaks().keep(watch);
            } catch (RuntimeException | Error e) {
                core.places().remove(allocation.block());
                throw e;
            }
        }
        // Whoever gets the handle, however, sees what is attached to it, and so ends the watch.
        VarHandle.releaseFence();
    }

    /** Frees the block of an allocation that nobody gets, since making it failed. */
    void takeBack(Block block, long requested, Domain order) {
        if (block.isDedicated() || order.recordsFrees()) {
            free(block, requested, usesOf(order, null), List.of(), null);
        } else if (core.headroom().isActive()) {
            core.free(block, order); // what is claimed must not get into a cache
            pool.freed();
        } else {
            pool.free(block, requested, order);
        }
    }

    /** Records a place that was taken earlier, if it was. */
    <A extends @Nullable Allocation> A track(A allocation, @Nullable Place place) {
        if (place != null && allocation instanceof PooledAllocation pooled) {
            pooled.attach().setAllocatedAt(place);
            core.places().add(pooled.block(), place);
        }
        return allocation;
    }

    /**
     * Frees a closed allocation in the order of a domain, and behind events, which it takes over. Never fails at a driver:
     * what a driver failed at is done later, and that is logged.
     */
    void release(PooledAllocation allocation, Domain order, List<DriverEvent> events) {
        Attachments attached = allocation.attached();
        if (attached != null) {
            endWatch(allocation, attached);
            boolean plain = events.isEmpty() && !order.recordsFrees() && !core.isClearing();
            if (plain && !attached.hasUses() && !allocation.block().isDedicated()) {
                freePlain(allocation.block(), allocation.byteSize(), order, attached.child());
                return;
            }
        }
        free(allocation.block(), allocation.byteSize(), usesOf(order, attached), events, attached);
    }

    private void endWatch(PooledAllocation allocation, Attachments attached) {
        try {
            Watch watch = attached.takeWatch();
            if (watch != null) {
                watch.end();
            }
        } finally {
            // Else the collector could take the handle before the watch has ended, and the block would be freed twice.
            Reference.reachabilityFence(allocation);
        }
        if (attached.allocatedAt() != null) {
            if (core.isTracking()) {
                attached.setClosedAt(Place.caller());
            }
            core.places().remove(allocation.block());
        }
    }

    /**
     * Frees the block of a lost handle, in the order in which it was allocated and behind what other streams may do with it.
     * As {@link #release}, but of streams that other code may have destroyed nothing is asked: the block waits for the end of
     * their wrappers.
     *
     * @param busy domains of other streams with work under way
     */
    void reclaim(Watch lost, List<Domain> busy) {
        Attachments attached = lost.attached();
        core.places().remove(lost.block());
        List<Domain> uses = usesOf(lost.domain(), attached);
        for (Domain other : busy) {
            if (!uses.contains(other)) {
                uses.add(other);
            }
        }
        if (uses.stream().anyMatch(Domain::recordsFrees)) {
            boolean clear = core.options().clearOnFree();
            free(lost.bytes(), new PendingBlock(lost.block(), sequences(uses), List.of(), clear), attached);
        } else {
            free(lost.block(), lost.bytes(), uses, List.of(), attached);
        }
    }

    private void free(
            Block block, long requested, List<Domain> uses, List<DriverEvent> events, @Nullable Attachments attached) {
        free(requested, plan(block, uses, events), attached);
    }

    private void free(long requested, PendingBlock release, @Nullable Attachments attached) {
        Block block = release.block();
        ChildPool child = attached == null ? null : attached.child();
        boolean dedicated = block.isDedicated();
        if (release.isPlain() && !dedicated) {
            List<Use> uses = release.uses();
            freePlain(
                    block,
                    requested,
                    uses.isEmpty() ? core.hostDomain() : uses.getFirst().domain(),
                    child);
            return;
        }
        long kept = uncharge(child, block.size());
        core.lock();
        try {
            core.headroom().keep(kept);
            pending.add(release);
        } finally {
            core.unlock();
        }
        pool.freed();
        if (dedicated) {
            pool.releaseDedicated();
        }
        if (child != null) {
            child.freed();
        }
    }

    /** Frees a block that waits for nothing but one domain's order. */
    private void freePlain(Block block, long requested, Domain target, @Nullable ChildPool child) {
        long kept = uncharge(child, block.size());
        if (child == null || (kept == 0 && !core.headroom().isActive())) {
            pool.free(block, requested, target);
        } else {
            core.freeKept(block, target, kept);
            pool.freed();
        }
        if (child != null) {
            child.freed();
        }
    }

    /**
     * Takes the charge of a child's block back, before the block is freed: a reservation that is entered meanwhile counts the
     * block twice then, and not not at all.
     *
     * @return how much of it the child's reservation covered
     */
    private static long uncharge(@Nullable ChildPool child, long size) {
        return child == null ? 0 : size - child.account().releaseThrough(size);
    }

    /**
     * Does what the driver must do for a free, and returns what the block must wait for. Where the driver fails, the block
     * waits for all its uses, and is cleared when they are over.
     */
    private PendingBlock plan(Block block, List<Domain> uses, List<DriverEvent> events) {
        List<DriverEvent> waited = new ArrayList<>(events);
        boolean clear = core.options().clearOnFree();
        try {
            recordBorrowed(uses, waited);
            boolean onStream = clear && (!uses.isEmpty() || !core.kind().isHostAccessible());
            if (onStream && uses.stream().allMatch(use -> use.isEnded() || pool.canWait(use))) {
                Domain target = clearBehind(uses, waited, block);
                waited.forEach(DriverEvent::release);
                return new PendingBlock(block, sequences(List.of(target)), List.of(), false);
            }
            if (clear && !onStream && waited.isEmpty()) {
                clear(core.hostDomain(), block);
                clear = false;
            }
        } catch (DriverException | IllegalStateException e) {
            core.log("a driver failed in a close; " + block.size() + " bytes are put off", e);
        }
        return new PendingBlock(block, sequences(uses), List.copyOf(waited), clear);
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
            if (stream != null && use.isBorrowed() && !use.isEnded()) {
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
                boolean unknown = use.isBorrowed() && !use.isEnded();
                sequences.add(unknown ? Use.unknown(use) : new Use(use, use.nextSequence()));
            }
            return sequences;
        } finally {
            core.unlock();
        }
    }

    /** Enqueues clearing a block on one of the streams, behind the others and the events; returns that stream's domain. */
    private Domain clearBehind(List<Domain> uses, List<DriverEvent> events, Block block) {
        Domain target = uses.stream()
                .filter(use -> !use.isEnded() && !use.isBorrowed())
                .findFirst()
                .orElseGet(() -> pool.domains().at(core.device().defaultStream()));
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
            waitForEnded(use, stream);
        } else {
            DriverEvent event = other.recordNow();
            core.counters().events.incrementAndGet();
            try {
                stream.waitForHeld(event);
            } finally {
                event.release();
            }
        }
    }

    private void waitForEnded(Domain use, DriverStream stream) {
        core.gate().lock();
        try {
            Mark last = use.marks().peekLast();
            if (last != null && last.sequence() == Domain.EVERYTHING) {
                stream.waitForHeld(last.event());
            } else if (!use.isGone()) {
                throw new DriverException("record", use.toString(), -1, "no event marks the end of this stream");
            }
        } finally {
            core.gate().unlock();
        }
    }

    private void clear(Domain domain, Block block) {
        long address = block.address();
        long size = block.size();
        DriverStream stream = domain.stream();
        if (stream == null) {
            core.device().driver().clear(address, size);
        } else {
            stream.driver().fill(stream.handle(), address, size, (byte) 0);
        }
    }
}
