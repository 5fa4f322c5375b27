package dev.quarry.internal.pool;

import dev.quarry.internal.device.DriverEvent;
import dev.quarry.internal.segment.Block;
import dev.quarry.spi.DriverException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The host's waits for the device: only on the way to failure and at the pool's close, counted and timed. All waits of one
 * allocation draw from one budget, the option's time, of which its {@link Trail} keeps what is used. The caller holds the gate.
 *
 * <p>An allocation that waits for all work lets others through the gate meanwhile, each time they have waited for a moment, so
 * that one that could be served is. Whatever the caller knew of the pool may have changed after that.
 */
final class Stall {
    /** The time after which somebody who waits for the device looks whether somebody else waits for the gate. */
    private static final long SLICE_NANOS = 1_000_000;

    private final PoolCore core;
    private final StreamOrder order;
    private final Pending pending;

    Stall(PoolCore core, StreamOrder order, Pending pending) {
        this.core = core;
        this.order = order;
        this.pending = pending;
    }

    /** A domain for whose work is waited: up to which number, and up to which it was complete before. */
    private record Target(Domain owner, long sequence, long before) {}

    /** Returns whether an allocation may still wait. */
    boolean mayWait(Trail trail) {
        return trail.left(budgetNanos()) > 0;
    }

    /**
     * Waits for all work that keeps memory from being free, for at most what is left of the budget, and frees what was
     * pending; not at all if nothing is left.
     *
     * @return bytes that became complete
     */
    long waitForAll(Trail trail) {
        long bytes = mayWait(trail) ? waitForAll(budgetNanos(), trail, true) : 0;
        if ((pending.poll() > 0 || pending.isClearing()) && mayWait(trail)) {
            // A block that the device has to clear is behind that now, and complete when it is done.
            bytes += waitForAll(budgetNanos(), trail, true);
            pending.poll();
        }
        return bytes;
    }

    /** Waits without a bound, and frees nothing. */
    void waitForEver() {
        waitForAll(Long.MAX_VALUE, new Trail(), false);
    }

    /** Waits for what one domain freed up to a number, for at most what is left of the budget; returns whether it is complete. */
    boolean waitFor(Domain owner, long sequence, Trail trail) {
        if (order.isComplete(owner, sequence) || !mayWait(trail) || order.cover(owner, sequence) == null) {
            return order.isComplete(owner, sequence);
        }
        core.counters().hostWaits.incrementAndGet();
        while (!owner.isCompleted(sequence)
                && !owner.marks().isEmpty()
                && isReached(owner.marks().getFirst().event(), budgetNanos(), trail, false)) {
            order.complete(owner);
        }
        return owner.isCompleted(sequence);
    }

    private long waitForAll(long budgetNanos, Trail trail, boolean givesWay) {
        List<Target> targets = new ArrayList<>();
        for (Domain domain : core.domains()) {
            long sequence = sequenceIfWaitedFor(domain);
            if (sequence > 0 && !order.isComplete(domain, sequence) && order.cover(domain, sequence) != null) {
                targets.add(new Target(domain, sequence, domain.completed()));
            }
        }
        List<PendingBlock> waiting = pending.snapshot();
        if (targets.isEmpty() && waiting.isEmpty()) {
            return 0;
        }
        core.counters().hostWaits.incrementAndGet();
        // Whoever gets through the gate meanwhile may free what is pending, and release its events.
        List<DriverEvent> events =
                waiting.stream().flatMap(block -> block.events().stream()).toList();
        events.forEach(DriverEvent::retain);
        try {
            targets.forEach(target -> waitFor(target.owner(), budgetNanos, trail, givesWay));
            long bytes = 0;
            for (PendingBlock block : waiting) {
                long size = block.block().size();
                boolean reached = true;
                for (DriverEvent event : block.events()) {
                    reached &= isReached(event, budgetNanos, trail, givesWay);
                }
                bytes += reached && isPassed(block) ? size : 0;
            }
            return bytes + completedBytes(targets);
        } finally {
            events.forEach(DriverEvent::release);
        }
    }

    /** Waits for all marks of a domain, those too that others record meanwhile. */
    private void waitFor(Domain owner, long budgetNanos, Trail trail, boolean givesWay) {
        boolean reached = true;
        while (reached && !owner.marks().isEmpty()) {
            Mark first = owner.marks().getFirst();
            DriverEvent event = first.event().retain();
            try {
                reached = isReached(event, budgetNanos, trail, givesWay);
            } finally {
                event.release();
            }
            if (reached && first.equals(owner.marks().peekFirst())) {
                order.complete(owner);
            }
        }
    }

    /** Returns the number up to which a domain's work must be complete for its free and pending memory to be so. */
    private long sequenceIfWaitedFor(Domain domain) {
        core.lock();
        try {
            boolean used = !domain.isEmpty()
                    || pending.blocks().stream()
                            .flatMap(block -> block.uses().stream())
                            .anyMatch(use -> use.domain() == domain);
            if (domain.isHost() || !used) {
                return 0;
            }
            // What waits for the end of a borrowed stream has no number.
            return domain.isEnded() ? Domain.EVERYTHING : domain.sequence();
        } finally {
            core.unlock();
        }
    }

    private static boolean isPassed(PendingBlock block) {
        return block.uses().stream().allMatch(use -> use.domain().isCompleted(use.sequence()));
    }

    /** Returns the free bytes whose work the wait has completed. */
    private long completedBytes(List<Target> targets) {
        long[] bytes = {0};
        core.lock();
        try {
            for (Target target : targets) {
                for (boolean small : new boolean[] {true, false}) {
                    target.owner().index(small).forEach((Block block) -> {
                        boolean now = block.sequence() > target.before()
                                && target.owner().isCompleted(block.sequence());
                        bytes[0] += now ? block.size() : 0;
                    });
                }
            }
        } finally {
            core.unlock();
        }
        return bytes[0];
    }

    private boolean isReached(DriverEvent event, long budgetNanos, Trail trail, boolean givesWay) {
        try {
            long left = trail.left(budgetNanos);
            boolean reached = left == 0 && event.query();
            boolean waits = left > 0;
            while (waits && !reached) {
                long slice = givesWay ? Math.min(left, SLICE_NANOS) : left;
                long start = core.clock().getAsLong();
                reached = event.await(slice);
                long nanos = core.clock().getAsLong() - start;
                trail.stalled(nanos);
                core.counters().stallNanos.addAndGet(nanos);
                left = trail.left(budgetNanos);
                waits = left > 0 && nanos >= slice / 2; // a device on which nobody can wait answers at once
                if (waits && !reached) {
                    giveWay();
                }
            }
            if (!reached) {
                trail.timeOut();
            }
            return reached;
        } catch (DriverException e) {
            core.log("cannot wait for work on " + event.stream() + "; the memory it may use stays with it", e);
            return false;
        }
    }

    /** Lets those through the gate who wait for it; throws if the pool is closed after that. */
    private void giveWay() {
        if (core.gate().hasQueuedThreads() && core.gate().getHoldCount() == 1) {
            core.gate().unlock();
            core.gate().lock(); // it is fair: they go first
            core.checkOpen();
        }
    }

    private long budgetNanos() {
        return TimeUnit.NANOSECONDS.convert(core.options().maxStall());
    }
}
