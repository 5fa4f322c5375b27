package dev.quarry.stress;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Caches and deferred frees under all interleavings of small scenarios, and under threads that run freely. */
class LincheckStackStress {
    /** Rounds of a loop from which on it counts as endless: a drain visits more stacks than Lincheck expects. */
    private static final int LOOP_BOUND = 1000;

    @ParameterizedTest
    @ValueSource(classes = {DeferredOperations.class, CacheOperations.class})
    void shouldBehaveLikeStackWhenStepsInterleave(Class<?> operations) {
        new ModelCheckingOptions()
                .loopBound(LOOP_BOUND)
                .iterations(20)
                .invocationsPerIteration(500)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(2)
                .actorsAfter(2)
                .sequentialSpecification(NumberStack.class)
                .check(operations);
    }

    @ParameterizedTest
    @ValueSource(classes = {DeferredOperations.class, CacheOperations.class})
    void shouldBehaveLikeStackWhenThreadsRun(Class<?> operations) {
        new StressOptions()
                .iterations(10)
                .invocationsPerIteration(1000)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(2)
                .actorsAfter(2)
                .sequentialSpecification(NumberStack.class)
                .check(operations);
    }
}
