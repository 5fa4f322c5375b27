package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.internal.cache.StreamCache;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** One thread empties a cache that holds blocks 1 and 2, another takes one: the first gets all that the other does not. */
@JCStressTest
@Outcome(id = "21, 0, 0", expect = ACCEPTABLE, desc = "emptied before; who takes found the cache taken, or empty")
@Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "taken, then emptied: a drain insists")
@State
public class CacheDrainPoll {
    private final StreamCache cache;

    /** Puts the blocks in. */
    public CacheDrainPoll() {
        SmallBlocks blocks = new SmallBlocks();
        cache = blocks.cache();
        blocks.offer(cache, 1);
        blocks.offer(cache, 2);
    }

    /** Empties. */
    @Actor
    public void drain(III_Result r) {
        r.r1 = SmallBlocks.drain(cache);
    }

    /** Takes. */
    @Actor
    public void poll(III_Result r) {
        r.r2 = SmallBlocks.poll(cache);
    }

    /** Sees what is left. */
    @Arbiter
    public void after(III_Result r) {
        r.r3 = SmallBlocks.drain(cache);
    }
}
