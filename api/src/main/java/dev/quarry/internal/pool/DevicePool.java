package dev.quarry.internal.pool;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics;
import dev.quarry.PoolOptions;
import dev.quarry.Stream;
import dev.quarry.internal.account.Account;
import dev.quarry.internal.cache.StreamCache;
import dev.quarry.internal.device.DriverDevice;
import dev.quarry.internal.device.DriverStream;
import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.inspect.PoolInspector;
import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.segment.Block;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pool over a device's driver: conducts an allocation through stream cache, index and ladder, and a free back. */
public final class DevicePool extends PoolFront implements PoolInspector {
    private final PoolCore core;
    private final Domains domains;
    private final StreamOrder order;
    private final HandOver handOver;
    private final Pending pending;
    private final Growth growth;
    private final Pressure pressure;
    private final LimitKeeper limits;
    private final Dispenser dispenser;
    private final Attempts attempts;
    private final Release release;
    private final Salvage salvage;
    private final PoolReports reports;
    private final Closing closing;
    private final Upkeep upkeep;
    private final Views views;
    private final Admission admission;
    private final Lasting lasting = new Lasting();

    /** What child pools have allocated or hold reservations for. */
    private final Account children;

    /** The domain of requests that name no stream; looked up when first needed. */
    private volatile @Nullable Domain defaultDomain;

    /**
     * Opens a pool, and takes its initial memory.
     *
     * @throws DeviceOutOfMemoryException if there is not enough of it
     */
    @SuppressWarnings("this-escape") // domains know their pool
    public DevicePool(DriverDevice device, MemoryKind kind, PoolOptions options) {
        this(device, kind, options, new Backing(new DriverSupply(device.driver(), kind), false));
    }

    /** Opens a pool over some memory. */
    @SuppressWarnings("this-escape")
    DevicePool(DriverDevice device, MemoryKind kind, PoolOptions options, Backing backing) {
        device.checkOpen();
        this.core = new PoolCore(device, kind, options, backing, this);
        int slot = device.takeSlot();
        this.admission = new Admission(core.clock());
        this.order = new StreamOrder(core);
        this.handOver = new HandOver(core, order);
        this.growth = new Growth(core, order);
        this.pending = new Pending(
                core, order, growth.release(), () -> domains().at(core.device().defaultStream()));
        Stall stall = new Stall(core, order, pending);
        this.reports = new PoolReports(core, pending);
        this.pressure = new Pressure(core, pending, handOver);
        this.limits = new LimitKeeper(core, order, handOver, pending, growth, admission);
        this.release = new Release(this, pending);
        this.salvage = new Salvage(this, order, pending, release);
        Ladder ladder = new Ladder(core, order, handOver, pending, growth, stall, reports, pressure, limits, salvage);
        this.dispenser = new Dispenser(core, ladder, reports);
        this.attempts = new Attempts(this, dispenser, release);
        this.views = new Views(core);
        this.children = new Account(core.name(), core.account().limit());
        this.upkeep = new Upkeep(core, order, handOver, pending, growth, reports, pressure, limits, salvage, children);
        this.closing = new Closing(this, slot, stall, order, handOver, pending, views);
        this.domains = new Domains(this, slot, closing, handOver);
        try {
            defaultDomain(); // memory may have to be cleared in its order when domains cannot be opened any more
            if (options.initialBytes() > 0) {
                upkeep.prepare(options.initialBytes());
            }
        } catch (RuntimeException | Error e) {
            closing.abandon();
            throw e;
        }
        device.share().setTenant(slot, limits);
    }

    @Override
    public String name() {
        return core.name();
    }

    @Override
    public DriverDevice device() {
        return core.device();
    }

    @Override
    public MemoryKind kind() {
        return core.kind();
    }

    @Override
    public PoolOptions options() {
        return core.options();
    }

    @Override
    public MemoryPool child(String name, long reservation, long limit) {
        return ChildPool.open(this, children, name, reservation, limit);
    }

    @Override
    public MemoryStatistics statistics() {
        return reports.statistics();
    }

    @Override
    public long trim(Duration idle) {
        return upkeep.trim(idle);
    }

    @Override
    public long compact() {
        return upkeep.compact();
    }

    @Override
    public long collect() {
        return upkeep.collect();
    }

    @Override
    public void reconfigure(PoolOptions options) {
        upkeep.reconfigure(options);
        signal();
    }

    LimitKeeper limits() {
        return limits;
    }

    /** Lets those who wait look again: more may be allowed now. */
    void signal() {
        if (admission.isAwaited()) {
            admission.signal();
        }
    }

    @Override
    public void resize(long reservation, long limit) {
        throw new UnsupportedOperationException(this + " is no child pool: reconfigure its limit");
    }

    @Override
    public boolean isOpen() {
        return !core.isClosed();
    }

    @Override
    public void close() {
        closing.close();
    }

    @Override
    public PoolLayout inspect() {
        return reports.layout();
    }

    @Override
    public boolean lose(Allocation allocation) {
        return Watch.lose(allocation);
    }

    @Override
    PooledAllocation allocate(long bytes, Domain domain) {
        long size = roundedSize(bytes);
        Block block = dispenser.take(domain, bytes, size);
        try {
            return release.begin(new PooledAllocation(block, bytes, domain));
        } catch (RuntimeException | Error e) {
            release.takeBack(block, bytes, domain);
            throw e;
        }
    }

    @Override
    @Nullable
    PooledAllocation attempt(AllocationRequest request, Effort effort) {
        return attempt(request, null, effort, false);
    }

    /** Allocates for a child pool, or for this one; as {@link Attempts#attempt}. */
    @Nullable
    PooledAllocation attempt(AllocationRequest request, @Nullable ChildPool child, Effort effort, boolean claimed) {
        return attempts.attempt(request, child, effort, claimed);
    }

    /** Allocates for a child pool what a cache has; as {@link Attempts#attemptCached}. */
    @Nullable
    PooledAllocation attemptCached(AllocationRequest request, ChildPool child) {
        return attempts.attemptCached(request, child);
    }

    @Override
    @Nullable
    List<Allocation> allocateTogether(Domain domain, long[] bytes) {
        long[] sizes = new long[bytes.length];
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sizes[i] = roundedSize(bytes[i]);
            if (sizes[i] > Long.MAX_VALUE - sum) {
                return null; // no room for that together
            }
            sum += sizes[i];
        }
        List<Allocation> all = new ArrayList<>(bytes.length);
        List<Block> blocks = dispenser.takeRow(domain, sizes, bytes, sum);
        if (blocks.isEmpty()) {
            return null;
        }
        try {
            for (int i = 0; i < bytes.length; i++) {
                all.add(release.begin(new PooledAllocation(blocks.get(i), bytes[i], domain)));
            }
            return List.copyOf(all);
        } catch (RuntimeException | Error e) {
            for (int i = all.size(); i < bytes.length; i++) {
                release.takeBack(blocks.get(i), bytes[i], domain);
            }
            all.forEach(Allocation::close);
            throw e;
        }
    }

    @Override
    Account account() {
        return children;
    }

    @Override
    DevicePool root() {
        return this;
    }

    @Override
    Domain domainOf(Stream stream) {
        DriverStream own = device().own(stream);
        own.checkOpen();
        return domains.at(own);
    }

    Domains domains() {
        return domains;
    }

    @Override
    Domain defaultDomain() {
        Domain domain = defaultDomain;
        if (domain == null) {
            domain = kind().isHostAccessible() ? core.hostDomain() : domainOf(device().defaultStream());
            defaultDomain = domain;
        }
        return domain;
    }

    @Override
    Arena openLife() {
        return views.sharedArena();
    }

    @Override
    long mostBytes() {
        return Math.min(core.mostBytes(), core.account().leastLimit());
    }

    @Override
    DeviceOutOfMemoryException neverEnough(long bytes) {
        return reports.failure(bytes, new Trail());
    }

    /** Returns the block size for a request. */
    long roundedSize(long bytes) {
        if (bytes <= 0 || bytes > SizeClasses.MAX_BYTES) {
            throw new IllegalArgumentException("bytes = " + bytes
                    + (bytes <= 0 ? " (expected: at least 1)" : " (expected: at most " + SizeClasses.MAX_BYTES + ")"));
        }
        return core.classes().round(bytes);
    }

    Admission admission() {
        return admission;
    }

    PoolCore core() {
        return core;
    }

    Release release() {
        return release;
    }

    Views views() {
        return views;
    }

    /** Returns the allocators that end with this pool at the latest. */
    Lasting lasting() {
        return lasting;
    }

    Pressure pressure() {
        return pressure;
    }

    Growth growth() {
        return growth;
    }

    /** Describes a request that an account's limit refused. */
    DeviceOutOfMemoryException failure(Account account, long requested) {
        return reports.failure(account, requested);
    }

    /** Frees a block in the order of one domain. */
    void free(Block block, long requested, Domain domain) {
        long size = block.size();
        StreamCache cache = domain.cache();
        if (!cache.offer(block, size, domain.id(), requested)) {
            core.free(block, domain);
            if (size <= PoolCore.LARGEST_CACHED && cache.isStale()) {
                pressure.assess();
                handOver.drain(domain);
            }
        }
        freed();
    }

    /** Takes note that bytes came free, after they can be found. */
    void freed() {
        if (admission.isAwaited()) {
            admission.signal();
        }
        if (core.isClosed()) {
            try {
                closing.finishIfEmpty();
            } catch (RuntimeException e) {
                core.log("closed, and the driver failed while its memory was given back", e);
            }
        }
    }

    /** Frees what is complete, and gives dedicated segments back that nothing uses any more. */
    void releaseDedicated() {
        closing.unlessFinished(pending::poll);
    }

    /** Frees what was lost, as far as that is known: for a closed pool, which no other way leads to. */
    void reclaimAtEnd() {
        closing.unlessFinished(salvage::reclaim);
    }

    /** Returns whether work and waits can be put on a domain's stream: not where it captures a graph. */
    boolean canWait(Domain domain) {
        return order.canWait(domain);
    }
}
