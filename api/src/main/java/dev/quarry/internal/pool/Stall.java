package dev.quarry.internal.pool;

import dev.quarry.internal.device.DriverEvent;
import dev.quarry.spi.DriverException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The host's waits for the device: only on the way to failure and at the pool's close, counted and timed. The caller holds
 * the gate.
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

    /**
     * Waits for all work that keeps memory from being free, for at most the option's time, and frees what was pending.
     *
     * @return bytes that became complete
     */
    long waitForAll() {
        long mostNanos = TimeUnit.NANOSECONDS.convert(core.options().maxStall());
        long start = core.clock().getAsLong();
        long bytes = waitForAll(mostNanos);
        if (pending.poll() > 0) {
            // A block that the device had to clear is pending again, and complete when that is done.
            waitForAll(left(start, mostNanos));
            pending.poll();
        }
        return bytes;
    }

    /** Waits for what one domain freed up to a number, for at most the option's time; returns whether it is complete. */
    boolean waitFor(Domain owner, long sequence) {
        if (order.isComplete(owner, sequence) || order.cover(owner, sequence) == null) {
            return order.isComplete(owner, sequence);
        }
        long mostNanos = TimeUnit.NANOSECONDS.convert(core.options().maxStall());
        long start = core.clock().getAsLong();
        core.counters().hostWaits.incrementAndGet();
        while (!owner.isCompleted(sequence)
                && !owner.marks().isEmpty()
                && isReached(owner.marks().getFirst().event(), left(start, mostNanos))) {
            order.complete(owner);
        }
        core.counters().stallNanos.addAndGet(core.clock().getAsLong() - start);
        return owner.isCompleted(sequence);
    }

    /** Waits as {@link #waitForAll()}, with a bound of its own in nanoseconds, and frees nothing. */
    long waitForAll(long mostNanos) {
        List<Domain> owners = new ArrayList<>();
        long bytes = 0;
        for (Domain domain : core.domains()) {
            long sequence = sequenceIfWaitedFor(domain);
            if (sequence > 0 && !order.isComplete(domain, sequence) && order.cover(domain, sequence) != null) {
                owners.add(domain);
                bytes += domain.indexedBytes();
            }
        }
        List<PendingBlock> waiting = pending.snapshot();
        if (owners.isEmpty() && waiting.isEmpty()) {
            return 0;
        }
        long start = core.clock().getAsLong();
        core.counters().hostWaits.incrementAndGet();
        for (Domain owner : owners) {
            while (!owner.marks().isEmpty()
                    && isReached(owner.marks().getFirst().event(), left(start, mostNanos))) {
                order.complete(owner);
            }
        }
        for (PendingBlock block : waiting) {
            for (DriverEvent event : block.events()) {
                isReached(event, left(start, mostNanos));
            }
            bytes += block.block().size();
        }
        core.counters().stallNanos.addAndGet(core.clock().getAsLong() - start);
        return bytes;
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

    private boolean isReached(DriverEvent event, long nanos) {
        try {
            return event.await(nanos);
        } catch (DriverException e) {
            core.log("cannot wait for work on " + event.stream() + "; the memory it may use stays with it", e);
            return false;
        }
    }

    private long left(long start, long mostNanos) {
        return mostNanos == Long.MAX_VALUE
                ? Long.MAX_VALUE
                : Math.max(0, mostNanos - (core.clock().getAsLong() - start));
    }
}
