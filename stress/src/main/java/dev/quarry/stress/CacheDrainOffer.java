package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.internal.cache.StreamCache;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZI_Result;

/** One thread empties a cache that holds block 1, another gives block 2: it is in one place afterwards. */
@JCStressTest
@Outcome(id = "1, true, 2", expect = ACCEPTABLE, desc = "emptied, then given")
@Outcome(id = "21, true, 0", expect = ACCEPTABLE, desc = "given, then emptied")
@Outcome(id = "1, false, 0", expect = ACCEPTABLE, desc = "who gives found the cache taken, and keeps the block")
@State
public class CacheDrainOffer {
    private final SmallBlocks blocks = new SmallBlocks();
    private final StreamCache cache = blocks.cache();

    /** Puts block 1 in. */
    public CacheDrainOffer() {
        blocks.offer(cache, 1);
    }

    /** Empties. */
    @Actor
    public void drain(IZI_Result r) {
        r.r1 = SmallBlocks.drain(cache);
    }

    /** Gives. */
    @Actor
    public void offer(IZI_Result r) {
        r.r2 = blocks.offer(cache, 2);
    }

    /** Sees what is left. */
    @Arbiter
    public void after(IZI_Result r) {
        r.r3 = SmallBlocks.drain(cache);
    }
}
