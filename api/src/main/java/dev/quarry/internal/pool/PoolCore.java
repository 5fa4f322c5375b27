package dev.quarry.internal.pool;

import dev.quarry.MemoryKind;
import dev.quarry.PoolOptions;
import dev.quarry.Reclaim;
import dev.quarry.internal.account.Account;
import dev.quarry.internal.account.PoolCounters;
import dev.quarry.internal.cache.DeferredFrees;
import dev.quarry.internal.cache.StreamCache;
import dev.quarry.internal.device.DriverDevice;
import dev.quarry.internal.device.DriverStream;
import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.GrowthPolicy;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a pool share: its locks, its heap, its settings.
 *
 * <p>The <i>gate</i> lets one thread at a time do what needs the driver; it is held across driver calls. The <i>lock</i>
 * guards the heap, is held for moments, and never across a driver call. The gate is taken first.
 */
final class PoolCore {
    /** Largest block that stream caches can be set to keep, in bytes; up to here sizes are rounded to classes. */
    static final long LARGEST_CACHED = 64 << 10;

    private static final System.Logger LOG = System.getLogger("dev.quarry.pool");

    private final String name;
    private final DriverDevice device;
    private final MemoryKind kind;
    private final Backing backing;
    private final Account account;
    private final LongSupplier clock;
    private final SizeClasses classes;
    private final PoolCounters counters = new PoolCounters();
    private final DeferredFrees deferred = new DeferredFrees();
    private final Tags tags = new Tags();
    private final Places places = new Places();
    private final Leaks leaks = new Leaks(this);
    private final ReentrantLock gate = new ReentrantLock(true);
    private final PoolLock lock = new PoolLock();
    private final Heap heap;
    private final Domain hostDomain;
    private final Headroom headroom = new Headroom(this);

    private volatile PoolOptions options;
    private volatile GrowthPolicy growthPolicy;
    private volatile long cacheBlockBytes;

    /** What one stream's cache may keep by the pressure: bytes of small classes, and the largest size that recurs. */
    private volatile long cacheBytes;

    private volatile long recurringBytes = Heap.SMALL_BYTES;

    private volatile long mostBytes;
    private volatile long tightBytes;
    private volatile boolean limited;

    /** Whether every allocation needs more than the shortest way: see {@link Release#begin}. */
    private volatile boolean observed;

    private volatile boolean tracking;
    private volatile Reclaim reclaim = Reclaim.SAMPLED;

    private volatile boolean clearing;
    private volatile int leakSampling;
    private volatile boolean closed;

    PoolCore(DriverDevice device, MemoryKind kind, PoolOptions given, Backing backing, DevicePool pool) {
        PoolOptions options = backing.inForce(given);
        this.name = options.name() == null ? device.id() + "/" + kind : options.name();
        this.device = device;
        this.kind = kind;
        this.backing = backing;
        this.account = device.share().account(kind).child(name, Long.MAX_VALUE);
        this.clock = device.clock();
        this.classes = new SizeClasses(device.driver().granule(), LARGEST_CACHED);
        this.heap = new Heap(classes, counters, clock, backing.isPrivate());
        this.options = options;
        this.growthPolicy = Growth.policyOf(options, classes.granule());
        this.hostDomain = addDomain(pool, null);
        apply(options);
    }

    String name() {
        return name;
    }

    DriverDevice device() {
        return device;
    }

    MemoryKind kind() {
        return kind;
    }

    /** Returns where memory comes from. */
    Backing backing() {
        return backing;
    }

    /** Returns whether nothing may be given back, handed over or asked of a stream: in a private pool until its close. */
    boolean isSecluded() {
        return backing.isPrivate() && !closed;
    }

    Account account() {
        return account;
    }

    LongSupplier clock() {
        return clock;
    }

    SizeClasses classes() {
        return classes;
    }

    PoolCounters counters() {
        return counters;
    }

    Tags tags() {
        return tags;
    }

    Places places() {
        return places;
    }

    Leaks leaks() {
        return leaks;
    }

    /** Returns the lock of threads that need the driver. */
    ReentrantLock gate() {
        return gate;
    }

    /** Returns the heap; guarded by the lock. */
    Heap heap() {
        return heap;
    }

    Domain hostDomain() {
        return hostDomain;
    }

    /** Returns what bounds allocations where not all that is free may be handed out. */
    Headroom headroom() {
        return headroom;
    }

    PoolOptions options() {
        return options;
    }

    GrowthPolicy growthPolicy() {
        return growthPolicy;
    }

    /** Returns the bytes that the limit and the device's memory allow to be reserved. */
    long mostBytes() {
        return mostBytes;
    }

    /** Lets each stream's cache keep some bytes of small classes, and what recurs or not. */
    void limitCaches(long bytes, boolean recurring) {
        long largest = recurring ? Heap.SMALL_BYTES : 0;
        if (bytes != cacheBytes || largest != recurringBytes) {
            cacheBytes = bytes;
            recurringBytes = largest;
            limitCaches();
        }
    }

    /** Returns the reserved bytes from which on memory counts as short: seven eighths of what may be reserved. */
    long tightBytes() {
        return tightBytes;
    }

    /** Returns whether less may be reserved than the device has. */
    boolean isLimited() {
        return limited;
    }

    /** Returns the bytes that could be taken from the driver now, as far as limits and driver tell; asks the driver. */
    long room() {
        return Math.min(account.available(), backing.supply().memory().freeBytes());
    }

    /** Returns whether all allocations are to be observed. */
    boolean isObserved() {
        return observed;
    }

    /** Returns whether the places of all allocations are recorded. */
    boolean isTracking() {
        return tracking;
    }

    /** Returns of which lost handles the memory comes back. */
    Reclaim reclaim() {
        return reclaim;
    }

    /** Returns of how many allocations one is watched; 0 for none. */
    int leakSampling() {
        return leakSampling;
    }

    /** Returns whether memory is cleared when it is freed. */
    boolean isClearing() {
        return clearing;
    }

    /** Takes the lock, and frees what was deferred while it was busy. */
    void lock() {
        lock.lock();
        drainDeferred();
    }

    /** Counts the peak of allocated bytes anew if a cache's part of the credit ran out. After each allocation from it. */
    void noteHit(StreamCache cache) {
        if (cache.isOverdrawn()) {
            lock();
            try {
                heap.peak().spread(cache);
            } finally {
                unlock();
            }
        }
    }

    /** Gives the lock back, and sees to what was deferred meanwhile. */
    void unlock() {
        lock.unlock();
        while (!deferred.isEmpty() && lock.tryLock()) {
            try {
                drainDeferred();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Frees a block into a domain's index; without waiting, as the cleaner's thread needs it. */
    void free(Block block, Domain domain) {
        if (lock.tryLock()) {
            try {
                drainDeferred();
                count(block);
                heap.free(block, isGone(domain) ? hostDomain : domain);
            } finally {
                unlock();
            }
        } else {
            block.setOwner(domain.id(), Block.IN_USE);
            deferred.push(block);
            if (lock.tryLock()) {
                unlock();
            }
        }
    }

    /** Frees a child's block of which bytes are to be kept for it, into a domain's index: a cache would give it to anybody. */
    void freeKept(Block block, Domain domain, long kept) {
        lock();
        try {
            headroom.keep(kept);
            count(block);
            heap.free(block, isGone(domain) ? hostDomain : domain);
        } finally {
            unlock();
        }
    }

    /** Returns whether what a domain frees is nobody's at once. */
    private boolean isGone(Domain domain) {
        return domain.isGone() && !isSecluded();
    }

    /** Returns the domains that exist, the host's first. */
    List<Domain> domains() {
        lock();
        try {
            return heap.presentDomains();
        } finally {
            unlock();
        }
    }

    /** Adds the domain of a stream, or the host's. */
    Domain addDomain(DevicePool pool, @Nullable DriverStream stream) {
        lock();
        try {
            StreamCache cache = heap.newCache(LARGEST_CACHED);
            Domain domain = new Domain(heap.nextDomain(), pool, stream, cache, heap.newIndex(), heap.newIndex());
            domain.startSampling(options.leakSampling());
            heap.add(domain);
            limitCache(domain);
            return domain;
        } finally {
            unlock();
        }
    }

    /** Puts options in force. Under the gate. */
    void apply(PoolOptions changed) {
        long total = backing.supply().memory().totalBytes();
        long fraction = changed.memoryFraction() >= 1 ? Long.MAX_VALUE : (long) (total * changed.memoryFraction());
        long limit = Math.min(changed.limit(), fraction);
        account.setLimit(limit);
        mostBytes = Math.min(total, limit);
        tightBytes = mostBytes / 8 * 7;
        limited = limit < total;
        options = changed;
        tracking = changed.trackPlaces();
        reclaim = changed.reclaim();
        observed = tracking || reclaim == Reclaim.ALL;
        clearing = changed.clearOnFree();
        leakSampling = changed.leakSampling();
        growthPolicy = Growth.policyOf(changed, classes.granule());
        cacheBlockBytes = Math.min(changed.cacheBlockBytes(), LARGEST_CACHED);
        cacheBytes = changed.cacheBytes();
        headroom.refresh();
        limitCaches();
    }

    /** Ends allocation; returns whether this call did. */
    boolean close() {
        lock();
        try {
            boolean first = !closed;
            closed = true;
            cacheBlockBytes = 0;
            return first;
        } finally {
            unlock();
        }
    }

    boolean isClosed() {
        return closed;
    }

    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("pool \"" + name + "\" is closed");
        }
    }

    void log(String message) {
        LOG.log(System.Logger.Level.WARNING, "pool \"" + name + "\": " + message);
    }

    void log(String message, Throwable cause) {
        LOG.log(System.Logger.Level.WARNING, "pool \"" + name + "\": " + message, cause);
    }

    private void limitCaches() {
        lock();
        try {
            heap.presentDomains().forEach(this::limitCache);
        } finally {
            unlock();
        }
    }

    /** Puts the bounds of a domain's cache in force; under the lock. */
    void limitCache(Domain domain) {
        boolean keeps = !closed && !domain.isEnded() && !domain.isBorrowed() && !headroom.isLowered();
        if (keeps && cacheBlockBytes > 0 && cacheBytes > 0) {
            domain.cache().limit(cacheBytes, cacheBlockBytes, recurringBytes);
        } else {
            domain.cache().limit(0, 0, 0);
        }
    }

    private void drainDeferred() {
        if (!deferred.isEmpty()) {
            deferred.drain(block -> {
                count(block);
                heap.free(block, heap.domain(block.owner()));
            });
        }
    }

    private void count(Block block) {
        counters.indexFrees++;
        counters.freedBytes += block.size();
        counters.requestedIn += block.requested();
    }
}
