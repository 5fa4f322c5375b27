package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LJ_Result;

/**
 * One thread frees a block while its cache is full, another allocates: the block is in the cache, the index, or the
 * other's hands, and in one of them only, which the validator checks; all memory comes back.
 */
@JCStressTest
@Outcome(id = "CACHED, 0", expect = ACCEPTABLE, desc = "the allocation took what the cache held")
@Outcome(id = "FREED, 0", expect = ACCEPTABLE, desc = "the cache was taken; the free came first, by way of the index")
@Outcome(id = "FRESH, 0", expect = ACCEPTABLE, desc = "the cache was taken, and the free was not done yet, or deferred")
@State
public class FreeIntoFullCache {
    private final MemoryPool pool = OwnPool.open(1);
    private final Allocation freed = pool.allocate(OwnPool.BYTES);
    private final long freedAddress = freed.address();
    private final long cachedAddress;
    private Allocation got = freed;

    /** Fills the cache. */
    public FreeIntoFullCache() {
        Allocation cached = pool.allocate(OwnPool.BYTES);
        cachedAddress = cached.address();
        cached.close();
    }

    /** Where the second thread's block comes from. */
    public enum Source {
        /** From the cache. */
        CACHED,
        /** From the first thread. */
        FREED,
        /** Never used before. */
        FRESH
    }

    /** Frees. */
    @Actor
    public void free() {
        freed.close();
    }

    /** Allocates. */
    @Actor
    public void allocate(LJ_Result r) {
        got = pool.allocate(OwnPool.BYTES);
        r.r1 = got.address() == cachedAddress
                ? Source.CACHED
                : got.address() == freedAddress ? Source.FREED : Source.FRESH;
    }

    /** Validates, and gives all back. */
    @Arbiter
    public void after(LJ_Result r) {
        OwnPool.rest(pool);
        got.close();
        r.r2 = OwnPool.rest(pool);
        pool.close();
    }
}
