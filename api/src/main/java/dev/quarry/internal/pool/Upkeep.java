package dev.quarry.internal.pool;

import dev.quarry.PoolOptions;
import dev.quarry.internal.account.Account;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What a pool does between allocations when asked to: gives unused memory back, takes some ahead, changes its options. */
final class Upkeep {
    private final PoolCore core;
    private final StreamOrder order;
    private final HandOver handOver;
    private final Pending pending;
    private final Growth growth;
    private final SegmentRelease release;
    private final PoolReports reports;
    private final Pressure pressure;
    private final LimitKeeper limits;
    private final Salvage salvage;

    /** The account of the child pools, whose limit is the pool's. */
    private final Account children;

    Upkeep(
            PoolCore core,
            StreamOrder order,
            HandOver handOver,
            Pending pending,
            Growth growth,
            PoolReports reports,
            Pressure pressure,
            LimitKeeper limits,
            Salvage salvage,
            Account children) {
        this.limits = limits;
        this.core = core;
        this.order = order;
        this.handOver = handOver;
        this.pending = pending;
        this.growth = growth;
        this.release = growth.release();
        this.reports = reports;
        this.pressure = pressure;
        this.salvage = salvage;
        this.children = children;
    }

    /** Gives lost memory back to the pool; returns its bytes. */
    long collect() {
        core.gate().lock();
        try {
            core.checkOpen();
            return core.isSecluded() ? 0 : salvage.reclaim();
        } finally {
            core.gate().unlock();
        }
    }

    /** Gives segments back that nobody has used for some time; returns their bytes. */
    long trim(Duration idle) {
        if (Objects.requireNonNull(idle, "idle").isNegative()) {
            throw new IllegalArgumentException("idle = " + idle + " (expected: not negative)");
        }
        core.gate().lock();
        try {
            core.checkOpen();
            if (core.isSecluded()) {
                return 0;
            }
            long before = release.releasedBytes();
            settle();
            long now = core.clock().getAsLong();
            long idleNanos = TimeUnit.NANOSECONDS.convert(idle);
            release.release(release.idleSegments().stream()
                    .filter(segment -> idleNanos == 0 || now - release.emptySince(segment) >= idleNanos)
                    .toList());
            release.trimPages(idleNanos);
            release.attend();
            limits.keep();
            pressure.assess();
            return release.releasedBytes() - before;
        } finally {
            core.gate().unlock();
        }
    }

    /** Gathers free memory that can be moved, gives unused segments back; returns the bytes of both. Nothing in a private pool. */
    long compact() {
        core.gate().lock();
        try {
            core.checkOpen();
            if (core.isSecluded()) {
                return 0;
            }
            long before = release.releasedBytes();
            settle();
            long gathered = release.gatherPages();
            release.release(release.idleSegments());
            pressure.assess();
            return gathered + release.releasedBytes() - before;
        } finally {
            core.gate().unlock();
        }
    }

    /** Brings free memory together whose last use is complete, as far as that is known without waiting. */
    private void settle() {
        handOver.drainCaches();
        salvage.reclaim();
        core.domains().forEach(order::noteIfIdle);
        pending.poll();
        handOver.consolidate(core.hostDomain(), false);
    }

    /** Puts other options in force. */
    void reconfigure(PoolOptions given) {
        PoolOptions options = core.backing().inForce(Objects.requireNonNull(given, "options"));
        if (options.name() != null && !options.name().equals(core.name())) {
            throw new IllegalArgumentException("name = " + options.name() + " (fixed at opening: " + core.name() + ")");
        }
        if (options.viewSafety() != core.options().viewSafety()) {
            throw new IllegalArgumentException("viewSafety = " + options.viewSafety() + " (fixed at opening: "
                    + core.options().viewSafety() + ")");
        }
        if (options.virtualMemory() != core.options().virtualMemory()) {
            throw new IllegalArgumentException("virtualMemory = " + options.virtualMemory() + " (fixed at opening: "
                    + core.options().virtualMemory() + ")");
        }
        core.gate().lock();
        try {
            core.checkOpen();
            core.apply(options);
            children.setLimit(core.account().limit());
            handOver.drainCaches();
            limits.keep();
            pressure.assess();
        } finally {
            core.gate().unlock();
        }
    }

    /**
     * Takes a free segment of at least a size, if need be after other pools gave back what they do not use.
     *
     * @throws dev.quarry.DeviceOutOfMemoryException if there is not enough memory
     */
    void prepare(long bytes) {
        Trail trail = new Trail();
        Wish wish = new Wish(bytes, 1, Heap.isSmall(bytes), bytes, 0);
        if (!isPrepared(bytes) && !(limits.askOthers(wish, new Steps(core), trail) && isPrepared(bytes))) {
            throw reports.failure(bytes, trail);
        }
    }

    private boolean isPrepared(long bytes) {
        core.gate().lock();
        try {
            return growth.prepare(bytes);
        } finally {
            core.gate().unlock();
        }
    }
}
