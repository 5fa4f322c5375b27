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
 */
final class Stall {
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
        long bytes = mayWait(trail) ? waitForAll(budgetNanos(), trail) : 0;
        if ((pending.poll() > 0 || pending.isClearing()) && mayWait(trail)) {
            // A block that the device has to clear is behind that now, and complete when it is done.
            bytes += waitForAll(budgetNanos(), trail);
            pending.poll();
        }
        return bytes;
    }

    /** Waits without a bound, and frees nothing. */
    void waitForEver() {
        waitForAll(Long.MAX_VALUE, new Trail());
    }

    /** Waits for what one domain freed up to a number, for at most what is left of the budget; returns whether it is complete. */
    boolean waitFor(Domain owner, long sequence, Trail trail) {
        if (order.isComplete(owner, sequence) || !mayWait(trail) || order.cover(owner, sequence) == null) {
            return order.isComplete(owner, sequence);
        }
        core.counters().hostWaits.incrementAndGet();
        while (!owner.isCompleted(sequence)
                && !owner.marks().isEmpty()
                && isReached(owner.marks().getFirst().event(), budgetNanos(), trail)) {
            order.complete(owner);
        }
        return owner.isCompleted(sequence);
    }

    private long waitForAll(long budgetNanos, Trail trail) {
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
        for (Target target : targets) {
            Domain owner = target.owner();
            while (!owner.marks().isEmpty()
                    && isReached(owner.marks().getFirst().event(), budgetNanos, trail)) {
                order.complete(owner);
            }
        }
        long bytes = 0;
        for (PendingBlock block : waiting) {
            boolean reached = true;
            for (DriverEvent event : block.events()) {
                reached &= isReached(event, budgetNanos, trail);
            }
            bytes += reached && isPassed(block) ? block.block().size() : 0;
        }
        return bytes + completedBytes(targets);
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

    private boolean isReached(DriverEvent event, long budgetNanos, Trail trail) {
        long left = trail.left(budgetNanos);
        long start = core.clock().getAsLong();
        try {
            if (left > 0 ? event.await(left) : event.query()) {
                return true;
            }
            trail.timeOut();
        } catch (DriverException e) {
            core.log("cannot wait for work on " + event.stream() + "; the memory it may use stays with it", e);
        } finally {
            if (left > 0) {
                long nanos = core.clock().getAsLong() - start;
                trail.stalled(nanos);
                core.counters().stallNanos.addAndGet(nanos);
            }
        }
        return false;
    }

    private long budgetNanos() {
        return TimeUnit.NANOSECONDS.convert(core.options().maxStall());
    }
}
