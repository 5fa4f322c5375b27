package dev.quarry.internal.pool;

import dev.quarry.AllocationRequest;
import dev.quarry.Stream;
import dev.quarry.internal.segment.Block;
import org.jspecify.annotations.Nullable;

/** Serves requests of a pool and of its child pools: a block, the handle on it, and both taken back where the handle fails. */
final class Attempts {
    private final DevicePool pool;
    private final PoolCore core;
    private final Dispenser dispenser;
    private final Release release;

    Attempts(DevicePool pool, Dispenser dispenser, Release release) {
        this.pool = pool;
        this.core = pool.core();
        this.dispenser = dispenser;
        this.release = release;
    }

    /**
     * Allocates for a child pool, or for the pool itself.
     *
     * @param claimed whether the bytes are claimed for the child already; they still are if there is no allocation
     */
    @Nullable
    PooledAllocation attempt(AllocationRequest request, @Nullable ChildPool child, Effort effort, boolean claimed) {
        long size = pool.roundedSize(request.bytes());
        Domain domain = domainOf(request);
        Block block = dispenser.take(domain, size, request, effort, claimed);
        if (block == null) {
            return null;
        }
        try {
            return release.prepare(new PooledAllocation(block, request.bytes(), domain), request, child);
        } catch (RuntimeException | Error e) {
            if (claimed) {
                core.headroom().reclaim(size); // before the block is anybody's
            }
            release.takeBack(block, request.bytes(), domain);
            throw e;
        }
    }

    /**
     * Allocates for a child pool what a cache has, and charges it to the child: nobody can be promised the block meanwhile.
     *
     * @return {@code null} if the cache has none, or the child's limit refuses
     */
    @Nullable
    PooledAllocation attemptCached(AllocationRequest request, ChildPool child) {
        long size = pool.roundedSize(request.bytes());
        Domain domain = domainOf(request);
        Block block = dispenser.hit(domain, size, request);
        if (block == null) {
            return null;
        }
        long reached = child.account().chargeThrough(size);
        if (reached < 0) {
            release.takeBack(block, request.bytes(), domain);
            return null;
        }
        core.headroom().noteUnclaimed(reached - size);
        try {
            return release.prepare(new PooledAllocation(block, request.bytes(), domain), request, child);
        } catch (RuntimeException | Error e) {
            core.headroom().noteUnclaimed(size - child.account().releaseThrough(size));
            release.takeBack(block, request.bytes(), domain);
            throw e;
        }
    }

    private Domain domainOf(AllocationRequest request) {
        Stream stream = request.stream();
        return stream == null ? pool.defaultDomain() : pool.domainOf(stream);
    }
}
