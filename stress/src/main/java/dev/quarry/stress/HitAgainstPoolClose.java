package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.MemoryPool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LJ_Result;

/** One thread closes a pool that has a cached block, another allocates it and frees it: no memory stays behind. */
@JCStressTest
@Outcome(id = "DONE, 0", expect = ACCEPTABLE, desc = "allocated before the pool was closed; the last one gives back")
@Outcome(id = "CLOSED, 0", expect = ACCEPTABLE, desc = "the pool was closed before")
@State
public class HitAgainstPoolClose {
    private final MemoryPool pool = OwnPool.open(1);

    /** Puts a block into the cache. */
    public HitAgainstPoolClose() {
        pool.allocate(OwnPool.BYTES).close();
    }

    /** Closes the pool. */
    @Actor
    public void close() {
        pool.close();
    }

    /** Allocates and frees. */
    @Actor
    public void allocate(LJ_Result r) {
        r.r1 = Handles.attempt(() -> pool.allocate(OwnPool.BYTES).close());
    }

    /** Looks for memory. */
    @Arbiter
    public void after(LJ_Result r) {
        r.r2 = pool.statistics().reservedBytes().current();
    }
}
