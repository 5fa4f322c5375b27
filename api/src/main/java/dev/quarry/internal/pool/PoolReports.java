package dev.quarry.internal.pool;

import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryStatistics;
import dev.quarry.MemoryStatistics.DriverCalls;
import dev.quarry.MemoryStatistics.Family;
import dev.quarry.MemoryStatistics.Hits;
import dev.quarry.MemoryStatistics.LostHandles;
import dev.quarry.OutOfMemoryReport;
import dev.quarry.OutOfMemoryReport.Holder;
import dev.quarry.OutOfMemoryReport.Refusal;
import dev.quarry.internal.account.Account;
import dev.quarry.internal.account.PoolCounters;
import dev.quarry.internal.cache.StreamCache;
import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.segment.Block;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a pool tells of itself: statistics, the out-of-memory report, the layout for the validator. */
final class PoolReports {
    private static final int MOST_HOLDERS = 10;

    private final PoolCore core;
    private final Pending pending;

    PoolReports(PoolCore core, Pending pending) {
        this.core = core;
        this.pending = pending;
    }

    /** Counts everything at one moment: the pool's lock is held, and each cache's for an instant. */
    MemoryStatistics statistics() {
        core.lock();
        try {
            return count();
        } finally {
            core.unlock();
        }
    }

    /** Returns a child's figures: what its account knows, and nothing of what it shares with its parent. */
    static MemoryStatistics ofChild(Account account, long live, long refused, MemoryStatistics root) {
        Family allocated = new Family(account.charged(), account.peak(), 0, 0);
        Family none = new Family(0, 0, 0, 0);
        return new MemoryStatistics(
                new Family(live, live, 0, 0),
                none,
                allocated,
                new Family(account.charged(), account.peak(), 0, 0),
                none,
                0,
                0,
                0,
                root.largestFreeBytes(),
                new Hits(0, 0, 0, 0),
                new DriverCalls(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                refused,
                0,
                new LostHandles(0, 0, 0),
                Map.of());
    }

    /** Counts a failure and describes it. */
    DeviceOutOfMemoryException failure(long requested, Trail trail) {
        core.counters().outOfMemory.incrementAndGet();
        return new DeviceOutOfMemoryException(outOfMemory(requested, trail));
    }

    /** Counts and describes a request, or a reservation, that a child's limit, or one above it, refused. */
    DeviceOutOfMemoryException failure(Account account, long requested) {
        core.counters().outOfMemory.incrementAndGet();
        OutOfMemoryReport root = outOfMemory(requested, new Trail());
        boolean ofRoot = account.equals(core.hostDomain().pool().account());
        long bytes = ofRoot ? requested : Shortage.blockFor(core, requested); // of the root only reservations are asked
        Account refusing = account.refusal(bytes);
        long elsewhere = root.refusal().elsewhereBytes();
        Remedy.Share share = share(root);
        Refusal refusal = refusing == null
                ? new Refusal(core.name(), share.most(), share.promised(), elsewhere)
                : new Refusal(refusing.name(), refusing.limit(), refusing.charged(), elsewhere);
        String hint = refusing == null ? Remedy.of(share, bytes) : Remedy.of(account, bytes);
        return new DeviceOutOfMemoryException(
                ofRoot ? ofRoot(root, refusal, hint) : ofChild(account, root, refusal, hint));
    }

    /** Returns the figures of the pool itself, with another reason. */
    private static OutOfMemoryReport ofRoot(OutOfMemoryReport root, Refusal refusal, String hint) {
        return new OutOfMemoryReport(
                root.pool(),
                root.device(),
                root.kind(),
                root.requestedBytes(),
                root.limitBytes(),
                root.allocatedBytes(),
                root.cachedBytes(),
                root.pendingBytes(),
                root.freeBytes(),
                root.reservedBytes(),
                root.largestFreeBytes(),
                root.driver(),
                refusal,
                root.fragmentation(),
                root.steps(),
                root.holders(),
                hint);
    }

    private static OutOfMemoryReport ofChild(Account account, OutOfMemoryReport root, Refusal refusal, String hint) {
        return new OutOfMemoryReport(
                account.name(),
                root.device(),
                root.kind(),
                root.requestedBytes(),
                account.limit(),
                account.charged(),
                0,
                0,
                0,
                account.charged(),
                0,
                root.driver(),
                refusal,
                0,
                List.of(),
                List.of(),
                hint);
    }

    /** Returns what the pool may hand out, and what of that is promised. */
    private Remedy.Share share(OutOfMemoryReport root) {
        core.lock();
        try {
            return new Remedy.Share(
                    core.options(),
                    core.account().limit(),
                    core.mostBytes(),
                    core.account().leastLimit(),
                    root.allocatedBytes(),
                    core.headroom().kept());
        } finally {
            core.unlock();
        }
    }

    OutOfMemoryReport outOfMemory(long requested, Trail trail) {
        MemoryInfo info = core.backing().supply().memory();
        long held = core.device().share().heldBytes(core.kind(), info);
        long page = core.backing()
                .virtualMemory()
                .map(memory -> memory.pageSize(core.kind()))
                .orElse(0L);
        core.lock();
        try {
            MemoryStatistics now = count();
            Refusal refusal = refusal(requested, now, info, held);
            return new OutOfMemoryReport(
                    core.name(),
                    core.device().id(),
                    core.kind(),
                    requested,
                    core.account().limit(),
                    now.allocatedBytes().current(),
                    now.cachedBytes(),
                    now.pendingBytes(),
                    now.freeBytes(),
                    now.reservedBytes().current(),
                    now.largestFreeBytes(),
                    info,
                    refusal,
                    now.fragmentation(),
                    trail.steps(),
                    holders(),
                    Remedy.of(Shortage.measure(
                            core, requested, trail, now, info, page, above(requested, now, refusal, held))));
        } finally {
            core.unlock();
        }
    }

    /** Takes a picture while no thread is on the ladder and none holds the lock or a cache. */
    PoolLayout layout() {
        core.gate().lock();
        core.lock();
        try {
            return new LayoutPicture(core, pending).take(count());
        } finally {
            core.unlock();
            core.gate().unlock();
        }
    }

    private MemoryStatistics count() {
        PoolCounters counters = core.counters();
        StreamCache.Counters caches = core.heap().retired();
        long free = 0;
        long largest = 0;
        for (Domain domain : core.heap().presentDomains()) {
            caches = caches.plus(domain.cache().counters());
            free += domain.indexedBytes();
            largest = Math.max(
                    largest,
                    Math.max(domain.index(true).largest(), domain.index(false).largest()));
        }
        long hits = caches.hits();
        long cached = caches.bytes();
        long bytesOut = counters.carvedBytes + caches.bytesOut();
        long bytesIn = counters.freedBytes + caches.bytesIn();
        long requestedOut = counters.requestedOut + caches.requestedOut();
        long requestedIn = counters.requestedIn + caches.requestedIn();
        long mapped = core.heap().segments().bytes();
        long reserved = mapped + counters.spareBytes;
        long waiting = pending.bytes() + counters.transitBytes;
        long allocated = mapped - cached - free - waiting;
        long allocations = counters.carved + hits;
        long frees = counters.indexFrees + caches.returns();
        return new MemoryStatistics(
                new Family(allocations - frees, allocations - frees, allocations, frees),
                new Family(requestedOut - requestedIn, requestedOut - requestedIn, requestedOut, requestedIn),
                new Family(allocated, Math.max(allocated, core.heap().peak().bytes()), bytesOut, bytesIn),
                new Family(reserved, counters.reservedPeak, counters.reservedTotal, counters.reservedTotal - reserved),
                new Family(
                        core.heap().segments().count(),
                        counters.segmentsPeak,
                        counters.segmentsTaken.get(),
                        counters.segmentsReturned.get()),
                cached,
                waiting,
                free + counters.spareBytes,
                Math.max(largest, counters.spareBytes),
                new Hits(
                        hits,
                        counters.carved - counters.handedOver.get() - counters.grown.get(),
                        counters.handedOver.get(),
                        counters.grown.get()),
                new DriverCalls(
                        counters.driverAllocations.get(),
                        counters.driverFrees.get(),
                        counters.pagesCreated.get(),
                        counters.pagesReleased.get(),
                        counters.mapCalls.get(),
                        counters.unmapCalls.get(),
                        counters.events.get(),
                        counters.streamWaits.get(),
                        counters.hostWaits.get(),
                        counters.stallNanos.get()),
                counters.outOfMemory.get(),
                counters.retries.get(),
                core.leaks().statistics(),
                counters.ladder.figures());
    }

    private List<Holder> holders() {
        Map<String, Holder> byTag = new TreeMap<>();
        core.heap().segments().forEach(segment -> {
            for (Block block = segment.first(); block != null; block = block.next()) {
                if (block.state() == Block.IN_USE) {
                    long size = block.size();
                    String tag = core.tags().name(block.tag());
                    byTag.merge(
                            tag,
                            new Holder(tag, size, 1),
                            (a, b) -> new Holder(tag, a.bytes() + b.bytes(), a.count() + b.count()));
                }
            }
        });
        List<Holder> holders = new ArrayList<>(byTag.values());
        holders.sort(Comparator.comparingLong(Holder::bytes).reversed());
        return holders.subList(0, Math.min(MOST_HOLDERS, holders.size()));
    }

    /** Returns whose limit refuses a request, or that the driver does. */
    private Refusal refusal(long requested, MemoryStatistics now, MemoryInfo info, long held) {
        long block = core.classes().round(Math.min(requested, SizeClasses.MAX_BYTES));
        long elsewhere = Math.max(0, info.totalBytes() - info.freeBytes() - held);
        Account account = core.account().refusal(block);
        if (isKept(block, now)) {
            long promised = now.allocatedBytes().current() + core.headroom().kept();
            return new Refusal(core.name(), core.mostBytes(), promised, elsewhere);
        }
        return account == null
                ? new Refusal("driver", info.totalBytes(), held, elsewhere)
                : new Refusal(account.name(), account.limit(), account.charged(), elsewhere);
    }

    private Shortage.Above above(long requested, MemoryStatistics now, Refusal refusal, long held) {
        long block = core.classes().round(Math.min(requested, SizeClasses.MAX_BYTES));
        return new Shortage.Above(core.account().leastLimit(), isKept(block, now), refusal, held);
    }

    /** Returns whether a block could be had but for what is kept for child pools; under the lock. */
    private boolean isKept(long block, MemoryStatistics now) {
        long allocated = now.allocatedBytes().current();
        long kept = core.headroom().kept();
        return core.headroom().isActive()
                && kept > 0
                && allocated + block <= core.mostBytes()
                && allocated + kept + block > core.mostBytes();
    }
}
