package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.internal.cache.DeferredFrees;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two threads defer a free each and then look at what is deferred: each block goes to one of them. */
@JCStressTest
@Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "each its own, one after the other")
@Outcome(id = "12, 0, 0", expect = ACCEPTABLE, desc = "the first gets both")
@Outcome(id = "21, 0, 0", expect = ACCEPTABLE, desc = "the first gets both")
@Outcome(id = "0, 12, 0", expect = ACCEPTABLE, desc = "the second gets both")
@Outcome(id = "0, 21, 0", expect = ACCEPTABLE, desc = "the second gets both")
@State
public class DeferredPushDrain {
    private final DeferredFrees deferred = new DeferredFrees();
    private final SmallBlocks blocks = new SmallBlocks();

    /** Defers, then empties. */
    @Actor
    public void first(III_Result r) {
        deferred.push(blocks.get(1));
        r.r1 = SmallBlocks.drain(deferred);
    }

    /** Defers, then empties. */
    @Actor
    public void second(III_Result r) {
        deferred.push(blocks.get(2));
        r.r2 = SmallBlocks.drain(deferred);
    }

    /** Sees what is left. */
    @Arbiter
    public void after(III_Result r) {
        r.r3 = SmallBlocks.drain(deferred);
    }
}
