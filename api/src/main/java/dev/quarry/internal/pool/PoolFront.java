package dev.quarry.internal.pool;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Stream;
import dev.quarry.ViewSafety;
import dev.quarry.internal.account.Account;
import java.lang.foreign.Arena;
import java.lang.foreign.SegmentAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What pools and child pools have in common: the many ways to ask, each in terms of one attempt. */
abstract class PoolFront implements MemoryPool {
    /** The allocator whose memory lives as long as the pool; made when first needed. Guarded by this. */
    private @Nullable PoolArena lasting;

    /** Allocates in a domain, or throws. */
    abstract PooledAllocation allocate(long bytes, Domain domain);

    /**
     * Allocates what a request describes.
     *
     * @param effort how far to go; with {@link Effort#OR_THROW} the result is not {@code null}
     */
    abstract @Nullable PooledAllocation attempt(AllocationRequest request, Effort effort);

    /** Allocates several that lie side by side, or returns {@code null} if there is no room for them in one piece. */
    abstract @Nullable List<Allocation> allocateTogether(Domain domain, long[] bytes);

    /** Returns the account that limits what this pool allocates, below or at the one of all child pools. */
    abstract Account account();

    /** Returns the pool over the driver. */
    abstract DevicePool root();

    abstract Domain domainOf(Stream stream);

    abstract Domain defaultDomain();

    /** Returns the life of what {@link #segmentAllocator} gives. */
    abstract Arena openLife();

    /** Returns the largest block that limits and device could ever allow. */
    abstract long mostBytes();

    /** Counts and describes a request for more than {@link #mostBytes}. */
    abstract DeviceOutOfMemoryException neverEnough(long bytes);

    @Override
    public final Allocation allocate(long bytes) {
        return allocate(bytes, defaultDomain());
    }

    @Override
    public final Allocation allocate(long bytes, Stream stream) {
        return allocate(bytes, domainOf(stream));
    }

    @Override
    public final Allocation allocate(AllocationRequest request) {
        return orThrow(attempt(request, Effort.OR_THROW));
    }

    /** Returns what an attempt brought that fails by an exception. */
    static PooledAllocation orThrow(@Nullable PooledAllocation allocation) {
        if (allocation == null) {
            throw new IllegalStateException("an attempt that fails by exception only returned nothing");
        }
        return allocation;
    }

    @Override
    public final Optional<Allocation> tryAllocate(AllocationRequest request) {
        return Optional.ofNullable(attempt(request, Effort.LADDER));
    }

    @Override
    public final Allocation acquire(AllocationRequest request, Duration atMost) throws InterruptedException {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(atMost, "atMost");
        if (root().roundedSize(request.bytes()) > mostBytes()) {
            return allocate(request); // no free can help: the report says why
        }
        long size = root().roundedSize(request.bytes());
        Allocation allocation = root().admission()
                .acquire(
                        account(),
                        effort -> attempt(request, effort),
                        () -> account().refusal(size),
                        atMost);
        return allocation != null ? allocation : orThrow(attempt(request, Effort.LAST));
    }

    @Override
    public final CompletableFuture<Allocation> allocateAsync(AllocationRequest request, Duration atMost) {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(atMost, "atMost");
        AllocationRequest shared = request.viewSafety() == null ? request.viewSafety(ViewSafety.SHARED) : request;
        root().roundedSize(request.bytes());
        Place place = options().trackPlaces() ? Place.caller() : null;
        Release release = root().release();
        return root().admission()
                .acquireAsync(
                        () -> release.track(attempt(shared, Effort.AT_ONCE), place),
                        () -> release.track(acquire(shared, atMost), place));
    }

    @Override
    public final List<Allocation> allocateAll(long... bytes) {
        return allocateAll(defaultDomain(), bytes);
    }

    @Override
    public final List<Allocation> allocateAll(Stream stream, long... bytes) {
        return allocateAll(domainOf(stream), bytes);
    }

    @Override
    public final void warmUp(long bytes, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count = " + count + " (expected: 0 or more)");
        }
        if (count > mostBytes() / root().roundedSize(bytes)) {
            throw neverEnough(bytes > Long.MAX_VALUE / count ? Long.MAX_VALUE : bytes * count);
        }
        // In a private pool what a stream freed stays its own; what the host freed is any stream's.
        Domain warm = root().core().isSecluded() ? root().core().hostDomain() : defaultDomain();
        List<Allocation> all = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                all.add(allocate(bytes, warm));
            }
        } finally {
            all.forEach(Allocation::close);
        }
    }

    @Override
    public final long trim() {
        return trim(Duration.ZERO);
    }

    @Override
    public final MemoryPool privatePool() {
        return PoolOpening.privatePool(this);
    }

    @Override
    public final MemoryPool privatePool(PoolOptions options) {
        return PoolOpening.privatePool(this, options);
    }

    @Override
    public final Arena arena() {
        return arena(options().viewSafety());
    }

    @Override
    public final Arena arena(ViewSafety viewSafety) {
        Objects.requireNonNull(viewSafety, "viewSafety");
        checkHostAccessible();
        return PoolArena.open(this, viewSafety);
    }

    @Override
    public final SegmentAllocator segmentAllocator() {
        checkHostAccessible();
        return lasting();
    }

    private synchronized SegmentAllocator lasting() {
        PoolArena present = lasting;
        if (present == null) {
            present = PoolArena.lasting(this, openLife());
            lasting = present;
            if (!isOpen() || !root().lasting().add(present)) {
                present.end();
            }
        }
        return present;
    }

    /** Returns the allocator whose memory lives as long as the pool, if it was asked for. */
    final synchronized @Nullable PoolArena presentLasting() {
        return lasting;
    }

    @Override
    public String toString() {
        return "pool \"" + name() + "\"";
    }

    private List<Allocation> allocateAll(Domain domain, long[] bytes) {
        for (long size : bytes) {
            root().roundedSize(size);
        }
        List<Allocation> together = bytes.length < 2 ? null : allocateTogether(domain, bytes);
        return together != null ? together : allocateEach(domain, bytes);
    }

    private List<Allocation> allocateEach(Domain domain, long[] bytes) {
        List<Allocation> all = new ArrayList<>(bytes.length);
        try {
            for (long size : bytes) {
                all.add(allocate(size, domain));
            }
            return List.copyOf(all);
        } catch (RuntimeException | Error e) {
            all.reversed().forEach(Allocation::close);
            throw e;
        }
    }

    private void checkHostAccessible() {
        if (!kind().isHostAccessible()) {
            throw new UnsupportedOperationException(
                    "memory of kind " + kind() + " cannot be dereferenced by the host: there is no arena over " + this);
        }
    }
}
