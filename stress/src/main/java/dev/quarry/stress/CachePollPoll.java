package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.internal.cache.StreamCache;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two threads take from a cache that holds one block: one gets it. */
@JCStressTest
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "the first; the second found the cache taken, or empty")
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "the second; the first found the cache taken, or empty")
@State
public class CachePollPoll {
    private final StreamCache cache;

    /** Puts the block in. */
    public CachePollPoll() {
        SmallBlocks blocks = new SmallBlocks();
        cache = blocks.cache();
        blocks.offer(cache, 1);
    }

    /** Takes. */
    @Actor
    public void first(III_Result r) {
        r.r1 = SmallBlocks.poll(cache);
    }

    /** Takes. */
    @Actor
    public void second(III_Result r) {
        r.r2 = SmallBlocks.poll(cache);
    }

    /** Sees what is left. */
    @Arbiter
    public void after(III_Result r) {
        r.r3 = SmallBlocks.drain(cache);
    }
}
