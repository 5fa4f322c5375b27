package dev.quarry.internal.pool;

import dev.quarry.StreamState;
import dev.quarry.internal.device.DriverStream;
import dev.quarry.spi.DriverException;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives memory back to the pool whose handle was lost without a close. Never waits for the device. The caller holds the gate.
 *
 * <p>A close would say which work may still use the memory; a loss says nothing. So the memory is free behind all work that
 * was enqueued when the loss is seen to: in its own order, behind the streams that it is known to be used on, and behind each
 * other stream of the device on which something is under way at that moment. Of a borrowed stream nothing may be asked: one
 * that this pool knows counts as busy until its wrapper is closed, one that it does not know must have been named by
 * {@link dev.quarry.Allocation#usedOn}.
 */
final class Salvage {
    private final DevicePool pool;
    private final PoolCore core;
    private final StreamOrder order;
    private final Pending pending;
    private final Release release;

    Salvage(DevicePool pool, StreamOrder order, Pending pending, Release release) {
        this.pool = pool;
        this.core = pool.core();
        this.order = order;
        this.pending = pending;
        this.release = release;
    }

    /**
     * Frees the blocks of all handles that are known to be lost by now.
     *
     * @return their bytes; some may still wait for work that is under way
     */
    long reclaim() {
        Reaper.sweep();
        Leaks leaks = core.leaks();
        if (!leaks.hasLost()) {
            return 0;
        }
        List<Domain> busy = busyDomains();
        long bytes = 0;
        for (Watch lost = leaks.nextLost(); lost != null; lost = leaks.nextLost()) {
            long size = lost.block().size();
            leaks.countReclaimed(size);
            release.reclaim(lost, busy);
            bytes += size;
        }
        pending.poll();
        return bytes;
    }

    /** Returns the domains of streams on which something is under way, as far as the driver tells. */
    private List<Domain> busyDomains() {
        for (DriverStream stream : core.device().openStreams()) {
            if (!stream.isBorrowed() && !isIdle(stream)) {
                openDomain(stream);
            }
        }
        List<Domain> busy = new ArrayList<>();
        for (Domain domain : core.domains()) {
            if (!domain.isHost() && !domain.isGone() && (domain.recordsFrees() || isBusy(domain))) {
                busy.add(domain);
            }
        }
        return busy;
    }

    /** Puts a mark behind all work of a domain's stream, and returns whether it is not reached yet. */
    private boolean isBusy(Domain domain) {
        long sequence;
        core.lock();
        try {
            sequence = domain.nextSequence();
        } finally {
            core.unlock();
        }
        order.cover(domain, sequence);
        return !order.isComplete(domain, sequence);
    }

    private void openDomain(DriverStream stream) {
        try {
            pool.domains().at(stream);
        } catch (IllegalStateException e) {
            if (stream.isOpen()) {
                throw e;
            }
            // Closed meanwhile, and this pool never heard of it.
        }
    }

    private static boolean isIdle(DriverStream stream) {
        try {
            return stream.driver().state(stream.handle()) == StreamState.IDLE;
        } catch (DriverException e) {
            return false;
        }
    }
}
