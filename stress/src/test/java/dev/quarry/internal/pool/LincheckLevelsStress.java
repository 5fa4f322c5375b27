package dev.quarry.internal.pool;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Test;

/** A pool's two levels under all interleavings of small scenarios, and under threads that run freely. */
class LincheckLevelsStress {
    /** Rounds of a loop from which on it counts as endless: a drain visits more stacks than Lincheck expects. */
    private static final int LOOP_BOUND = 1000;

    @Test
    void shouldKeepEachBlockInOnePlaceWhenStepsInterleave() {
        new ModelCheckingOptions()
                .loopBound(LOOP_BOUND)
                .iterations(30)
                .invocationsPerIteration(500)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(0)
                .actorsAfter(0)
                .verifier(EpsilonVerifier.class)
                .check(TwoLevels.class);
    }

    @Test
    void shouldKeepEachBlockInOnePlaceWhenThreadsRun() {
        new StressOptions()
                .iterations(10)
                .invocationsPerIteration(1000)
                .threads(2)
                .actorsPerThread(4)
                .actorsBefore(0)
                .actorsAfter(0)
                .verifier(EpsilonVerifier.class)
                .check(TwoLevels.class);
    }
}
