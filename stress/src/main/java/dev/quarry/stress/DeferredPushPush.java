package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.internal.cache.DeferredFrees;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two threads defer a free each: both are there afterwards. */
@JCStressTest
@Outcome(id = "21", expect = ACCEPTABLE, desc = "the first, then the second")
@Outcome(id = "12", expect = ACCEPTABLE, desc = "the second, then the first")
@State
public class DeferredPushPush {
    private final DeferredFrees deferred = new DeferredFrees();
    private final SmallBlocks blocks = new SmallBlocks();

    /** Defers. */
    @Actor
    public void first() {
        deferred.push(blocks.get(1));
    }

    /** Defers. */
    @Actor
    public void second() {
        deferred.push(blocks.get(2));
    }

    /** Sees what is there. */
    @Arbiter
    public void after(I_Result r) {
        r.r1 = SmallBlocks.drain(deferred);
    }
}
