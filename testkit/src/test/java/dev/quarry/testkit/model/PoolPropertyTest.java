package dev.quarry.testkit.model;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/** The pool against the reference model. {@code -Dquarry.seed=SEED} replays one failure instead. */
class PoolPropertyTest {
    private static final @Nullable Long SEED = Long.getLong("quarry.seed");

    @Property(tries = 6000, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void shouldAgreeWithModelWhenOperationsAreRandom(@ForAll("seeds") long seed) {
        if (SEED == null) {
            PoolModel.run(seed);
        }
    }

    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.longs().withDistribution(RandomDistribution.uniform());
    }

    @Example
    void shouldAgreeWithModelWhenSeedIsGiven() {
        if (SEED != null) {
            PoolModel.run(SEED);
        }
    }
}
