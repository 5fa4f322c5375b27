package dev.quarry.internal.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads count under the pool's lock, in two plain fields: no count is lost, and none is seen by halves. */
@JCStressTest
@Outcome(id = "4, 4", expect = ACCEPTABLE, desc = "two counts each, one holder at a time")
@State
public class PoolLockExclusion {
    private final PoolLock lock = new PoolLock();
    private int first;
    private int second;

    /** Counts twice. */
    @Actor
    public void one() {
        count();
        count();
    }

    /** Counts twice. */
    @Actor
    public void other() {
        count();
        count();
    }

    /** Looks at the counts. */
    @Arbiter
    public void after(II_Result r) {
        r.r1 = first;
        r.r2 = second;
    }

    private void count() {
        lock.lock();
        first++;
        second++;
        lock.unlock();
    }
}
