package dev.quarry.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.Allocation;
import dev.quarry.ViewSafety;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLZ_Result;

/** One thread closes an allocation, another makes a view that any thread may close: afterwards no view is alive. */
@JCStressTest
@Outcome(id = "DONE, CLOSED, false", expect = ACCEPTABLE, desc = "closed before the view was there")
@Outcome(
        id = "DONE, DONE, false",
        expect = ACCEPTABLE,
        desc = "the view was there before, and died with the allocation")
@State
public class CloseAgainstCheckedView {
    private final Allocation allocation = SharedPools.host(ViewSafety.CHECKED).allocate(1);

    private @Nullable MemorySegment view;

    /** Closes. */
    @Actor
    public void close(LLZ_Result r) {
        r.r1 = Handles.attempt(allocation::close);
    }

    /** Makes the view. */
    @Actor
    public void view(LLZ_Result r) {
        r.r2 = Handles.attempt(() -> view = allocation.segment());
    }

    /** Looks at the view. */
    @Arbiter
    public void after(LLZ_Result r) {
        MemorySegment made = view;
        r.r3 = allocation.isOpen() || (made != null && made.scope().isAlive());
    }
}
