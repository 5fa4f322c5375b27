package dev.quarry.internal.pool;

import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.LadderStep;
import dev.quarry.OutOfMemoryHandler;
import dev.quarry.OutOfMemoryReport;
import org.jspecify.annotations.Nullable;

/** The last step of the ladder: the user's handler, called without locks, and whether it freed something. */
final class HandlerCall {
    private final PoolCore core;
    private final Steps steps;
    private final PoolReports reports;

    /** Keeps the handler's own allocations from calling it again. */
    private final ThreadLocal<Boolean> inHandler = ThreadLocal.withInitial(() -> false);

    HandlerCall(PoolCore core, Steps steps, PoolReports reports) {
        this.core = core;
        this.steps = steps;
        this.reports = reports;
    }

    /** Returns what allocations could get without anybody freeing; 0 if no handler is set, as nobody will ask then. */
    long freeable() {
        if (core.options().outOfMemoryHandler() == null) {
            return 0;
        }
        long room = core.isSecluded() ? core.account().available() : core.room();
        core.lock();
        try {
            long reserved = core.heap().segments().bytes() + core.counters().spareBytes;
            return room + reserved - core.heap().allocatedBytes();
        } finally {
            core.unlock();
        }
    }

    /**
     * Asks the handler, if there is one and this is not a call from within.
     *
     * @param before what could be had before the search that failed
     * @return whether it wants another search, and bytes came free since
     */
    boolean freesSomething(Wish wish, Trail trail, long before) {
        @Nullable OutOfMemoryHandler handler = core.options().outOfMemoryHandler();
        if (handler == null || inHandler.get()) {
            return false;
        }
        if (!steps.isOn(LadderStep.HANDLER)) {
            trail.skip(LadderStep.HANDLER);
            return false;
        }
        OutOfMemoryReport report = reports.outOfMemory(wish.requested(), trail);
        long start = core.clock().getAsLong();
        boolean again;
        inHandler.set(true);
        try {
            again = handler.onOutOfMemory(report);
        } catch (Throwable e) {
            e.addSuppressed(new DeviceOutOfMemoryException(report));
            steps.count(LadderStep.HANDLER, trail, start, false);
            throw e;
        } finally {
            inHandler.remove();
        }
        long freed = trail.freed(Math.max(0, freeable() - before));
        again &= freed > 0;
        steps.count(LadderStep.HANDLER, trail, start, again);
        core.counters().retries.addAndGet(again ? 1 : 0);
        return again;
    }
}
