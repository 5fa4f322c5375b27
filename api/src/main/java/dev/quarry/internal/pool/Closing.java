package dev.quarry.internal.pool;

import dev.quarry.internal.device.Cleanup;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Segment;
import dev.quarry.spi.DriverException;
import java.util.ArrayList;
import java.util.List;

/** The end of a pool: leaks are reported, and the last allocation that closes gives the memory back. */
final class Closing {
    private static final System.Logger LOG = System.getLogger("dev.quarry.pool");

    /** How often a driver that fails is asked to take all memory back. */
    private static final int ATTEMPTS = 4;

    private final DevicePool pool;
    private final PoolCore core;
    private final int slot;
    private final Stall stall;
    private final StreamOrder order;
    private final HandOver handOver;
    private final Pending pending;
    private final Views views;

    /** Whether leaks were reported: only then may the memory go. */
    private volatile boolean reported;

    /** Written under the gate, before the pool's slot is returned. */
    private volatile boolean finished;

    Closing(
            DevicePool pool,
            int slot,
            Stall stall,
            StreamOrder order,
            HandOver handOver,
            Pending pending,
            Views views) {
        this.pool = pool;
        this.core = pool.core();
        this.slot = slot;
        this.stall = stall;
        this.order = order;
        this.handOver = handOver;
        this.pending = pending;
        this.views = views;
    }

    /** Ends allocation, reports what is still held, and gives the memory back unless it is. */
    void close() {
        if (core.isSecluded()) {
            checkNoCapture();
        }
        if (!core.close()) {
            throw new IllegalStateException(pool + " was closed before");
        }
        core.domains().forEach(domain -> domain.cache().limit(0, 0, 0));
        try {
            pool.lasting().end();
            pool.reclaimAtEnd();
            reportLeaks();
        } finally {
            reported = true;
            finishIfEmpty();
        }
    }

    /** Throws if a stream captures a graph that may use the memory: nobody can tell when it is free then. */
    private void checkNoCapture() {
        core.gate().lock(); // under it no stream is destroyed
        try {
            for (Domain domain : core.domains()) {
                if (order.isCapturing(domain)) {
                    throw new IllegalStateException(
                            domain + " captures a graph, which may use memory of " + pool + ": end the capture first");
                }
            }
        } finally {
            core.gate().unlock();
        }
    }

    /** Ends a pool that could not be opened. */
    void abandon() {
        core.close();
        reported = true;
        finishIfEmpty();
    }

    /** Gives the memory back if nothing is held any more. Called after each free of a closed pool. */
    void finishIfEmpty() {
        if (!reported) {
            return; // the close itself looks once more
        }
        core.gate().lock();
        try {
            if (!finished && held().isEmpty()) {
                finished = true;
                finish();
            }
        } finally {
            core.gate().unlock();
        }
    }

    /** Returns whether the memory was given back, as far as the driver took it. */
    boolean isFinished() {
        return finished;
    }

    /** Does something under the gate that needs the pool's memory, unless that was given back. */
    void unlessFinished(Runnable action) {
        core.gate().lock();
        try {
            if (!finished) {
                action.run();
            }
        } finally {
            core.gate().unlock();
        }
    }

    /** Throws if the memory was given back: nothing of this pool may be kept at a stream any more. */
    void checkNotFinished() {
        if (finished) {
            core.checkOpen();
        }
    }

    /** Gives all memory back; where a driver fails, some times more, after waiting for whole streams instead of events. */
    private void finish() {
        try {
            for (int attempt = 1;
                    attempt <= ATTEMPTS && (attempt == 1 || core.account().charged() > 0);
                    attempt++) {
                attempt(attempt);
            }
        } finally {
            if (core.account().charged() == 0) {
                core.account().close();
            } else {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} closed with {1} bytes that the driver did not take back, or that work may still use",
                        pool,
                        core.account().charged());
            }
            core.domains().forEach(order::forgetMarks); // no event is needed any more
            core.leaks().end();
            core.device().returnSlot(slot);
        }
    }

    private void attempt(int number) {
        try {
            if (number > 1) {
                core.domains().forEach(order::synchronize); // whatever their events say
            }
            giveAllBack();
        } catch (DriverException e) {
            if (number == ATTEMPTS) {
                throw e;
            }
            core.log("the driver failed while the memory was given back; trying once more", e);
        }
    }

    private void giveAllBack() {
        Cleanup cleanup = new Cleanup();
        cleanup.run(stall::waitForEver);
        cleanup.run(this::settle);
        try {
            views.close();
        } catch (IllegalStateException e) {
            core.log("native code uses a view at this moment; the memory is not given back", e);
            return;
        }
        for (Segment segment : segments()) {
            cleanup.run(() -> pool.growth().release().release(List.of(segment)));
        }
        cleanup.run(() ->
                pool.growth().release().releasePages(Long.MAX_VALUE)); // also what an earlier attempt has only unmapped
        cleanup.rethrow();
    }

    /** Brings all free memory together, after all work is complete. */
    private void settle() {
        pending.poll();
        handOver.consolidate(core.hostDomain(), false);
    }

    private void reportLeaks() {
        List<Block> held = held();
        if (!held.isEmpty()) {
            long bytes = held.stream().mapToLong(Block::requested).sum();
            List<String> places = core.places().counted();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} closed with {1} open allocations of {2} bytes; they stay valid until they are closed. {3} of"
                            + " them are watched and not known to be lost; of the others the handles may be lost. Made:"
                            + " {4}",
                    pool,
                    held.size(),
                    bytes,
                    Math.min(core.leaks().watched(), held.size()),
                    places.isEmpty() ? "unknown, set the option track-places" : String.join("; ", places));
        }
    }

    /**
     * Returns the blocks that users hold. With the caches drained, a block that still counts as cached is on its way to a
     * user.
     */
    private List<Block> held() {
        List<Block> held = new ArrayList<>();
        handOver.drainCaches();
        core.lock();
        try {
            core.heap().segments().forEach(segment -> {
                for (Block block = segment.first(); block != null; block = block.next()) {
                    int state = block.state();
                    if (state == Block.IN_USE || state == Block.CACHED) {
                        held.add(block);
                    }
                }
            });
        } finally {
            core.unlock();
        }
        return held;
    }

    private List<Segment> segments() {
        List<Segment> all = new ArrayList<>();
        core.lock();
        try {
            core.heap().segments().forEach(all::add);
        } finally {
            core.unlock();
        }
        return all;
    }
}
