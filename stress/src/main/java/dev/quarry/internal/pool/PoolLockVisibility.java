package dev.quarry.internal.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** One thread writes two plain fields under the pool's lock, another tries the lock and reads them: all or nothing. */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "read before")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "read after")
@Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "the lock was busy")
@State
public class PoolLockVisibility {
    private final PoolLock lock = new PoolLock();
    private int first;
    private int second;

    /** Writes. */
    @Actor
    public void write() {
        lock.lock();
        first = 1;
        second = 1;
        lock.unlock();
    }

    /** Reads, if the lock is free. */
    @Actor
    public void read(II_Result r) {
        if (lock.tryLock()) {
            r.r2 = second;
            r.r1 = first;
            lock.unlock();
        } else {
            r.r1 = -1;
            r.r2 = -1;
        }
    }
}
