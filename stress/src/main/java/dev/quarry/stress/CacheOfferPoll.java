package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.internal.cache.StreamCache;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/** One thread gives block 2 to a cache that holds block 1, another takes one: none is lost, none is there twice. */
@JCStressTest
@Outcome(id = "true, 1, 2", expect = ACCEPTABLE, desc = "taken, then given")
@Outcome(id = "true, 2, 1", expect = ACCEPTABLE, desc = "given, then taken: last in, first out")
@Outcome(id = "true, 0, 21", expect = ACCEPTABLE, desc = "who takes found the cache taken")
@Outcome(id = "false, 1, 0", expect = ACCEPTABLE, desc = "who gives found the cache taken, and keeps the block")
@State
public class CacheOfferPoll {
    private final SmallBlocks blocks = new SmallBlocks();
    private final StreamCache cache = blocks.cache();

    /** Puts block 1 in. */
    public CacheOfferPoll() {
        blocks.offer(cache, 1);
    }

    /** Gives. */
    @Actor
    public void offer(ZII_Result r) {
        r.r1 = blocks.offer(cache, 2);
    }

    /** Takes. */
    @Actor
    public void poll(ZII_Result r) {
        r.r2 = SmallBlocks.poll(cache);
    }

    /** Sees what is left. */
    @Arbiter
    public void after(ZII_Result r) {
        r.r3 = SmallBlocks.drain(cache);
    }
}
