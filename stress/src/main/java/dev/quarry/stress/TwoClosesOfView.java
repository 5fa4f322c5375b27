package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.Allocation;
import dev.quarry.ViewSafety;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** Two threads close one allocation that has a view, which any thread may close: one succeeds, and the view is dead. */
@JCStressTest
@Outcome(id = "true, false, false", expect = ACCEPTABLE, desc = "the first was faster")
@Outcome(id = "false, true, false", expect = ACCEPTABLE, desc = "the second was faster")
@State
public class TwoClosesOfView {
    private final Allocation allocation = SharedPools.host(ViewSafety.CHECKED).allocate(1);
    private final MemorySegment view = allocation.segment();

    /** Closes. */
    @Actor
    public void first(ZZZ_Result r) {
        r.r1 = Handles.close(allocation);
    }

    /** Closes. */
    @Actor
    public void second(ZZZ_Result r) {
        r.r2 = Handles.close(allocation);
    }

    /** Looks at the view. */
    @Arbiter
    public void after(ZZZ_Result r) {
        r.r3 = view.scope().isAlive();
    }
}
