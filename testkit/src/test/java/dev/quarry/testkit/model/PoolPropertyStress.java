package dev.quarry.testkit.model;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The pool against the reference model for long: {@code -Dquarry.operations=N} operations (10 million unless given), from
 * the seed {@code -Dquarry.seed=FIRST} on (the time unless given), on all processors.
 */
class PoolPropertyStress {
    @Test
    void shouldAgreeWithModelWhenOperationsAreManyAndRandom() {
        long wanted = Long.getLong("quarry.operations", 10_000_000);
        long first = Long.getLong("quarry.seed", System.nanoTime());
        AtomicLong seeds = new AtomicLong(first);
        AtomicLong done = new AtomicLong();
        IntStream.range(0, Runtime.getRuntime().availableProcessors())
                .parallel()
                .forEach(worker -> {
                    while (done.get() < wanted) {
                        done.addAndGet(PoolModel.run(seeds.getAndIncrement()));
                    }
                });
        System.out.println(done + " operations, seeds " + first + " to " + (seeds.get() - 1) + ", no failure");
    }
}
