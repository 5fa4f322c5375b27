package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.Allocation;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two threads close one allocation: one succeeds. */
@JCStressTest
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "the first was faster")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "the second was faster")
@State
public class TwoCloses {
    private final Allocation allocation = SharedPools.device().allocate(1);

    /** Closes. */
    @Actor
    public void first(ZZ_Result r) {
        r.r1 = Handles.close(allocation);
    }

    /** Closes. */
    @Actor
    public void second(ZZ_Result r) {
        r.r2 = Handles.close(allocation);
    }
}
