package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * Two threads free neighbours in a pool without caches: one of them may find the lock busy and defer. Both blocks merge
 * with the rest, so that their segment can be given back.
 */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "merged, whoever saw to it")
@State
public class TwoFrees {
    private final MemoryPool pool = OwnPool.open(0);
    private final Allocation first = pool.allocate(OwnPool.BYTES);
    private final Allocation second = pool.allocate(OwnPool.BYTES);

    /** Frees. */
    @Actor
    public void first() {
        first.close();
    }

    /** Frees. */
    @Actor
    public void second() {
        second.close();
    }

    /** Validates, and gives all back. */
    @Arbiter
    public void after(J_Result r) {
        r.r1 = OwnPool.rest(pool);
        pool.close();
    }
}
