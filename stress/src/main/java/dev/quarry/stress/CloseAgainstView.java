package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.Allocation;
import dev.quarry.ViewSafety;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * One thread closes an allocation, another makes its view, confined to itself, and closes after: a view that was given out
 * lives until its thread closes it, and one of the two closes succeeds.
 */
@JCStressTest
@Outcome(id = "DONE, CLOSED, CLOSED", expect = ACCEPTABLE, desc = "closed before the view was there")
@Outcome(id = "OTHER_THREAD, DONE, DONE", expect = ACCEPTABLE, desc = "the view was there before")
@Outcome(id = "CLOSED, DONE, DONE", expect = ACCEPTABLE, desc = "view and second close came before")
@State
public class CloseAgainstView {
    private final Allocation allocation = SharedPools.host(ViewSafety.CONFINED).allocate(1);

    /** Closes. */
    @Actor
    public void close(LLL_Result r) {
        r.r1 = Handles.attempt(allocation::close);
    }

    /** Makes the view, reads it, and closes. */
    @Actor
    public void view(LLL_Result r) {
        r.r2 = Handles.attempt(() -> Handles.read(allocation.segment()));
        r.r3 = Handles.attempt(allocation::close);
    }
}
