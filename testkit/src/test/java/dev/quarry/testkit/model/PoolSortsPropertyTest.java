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

/**
 * Private pools, and pools over memory of another library, beside plain ones of the same device, against the reference model: a
 * private pool gives nothing back and hands nothing over, and the others are pools like any. {@code -Dquarry.sorts.seed=SEED}
 * replays one failure instead; {@code -Dquarry.sorts.seeds=N} runs the seeds 1 to N.
 */
class PoolSortsPropertyTest {
    private static final @Nullable Long SEED = Long.getLong("quarry.sorts.seed");
    private static final long SEEDS = Long.getLong("quarry.sorts.seeds", 100);

    @Property(tries = 1500, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void shouldAgreeWithModelWhenPoolsAreOfAllSorts(@ForAll("seeds") long seed) {
        if (SEED == null) {
            PoolModel.runSorts(seed);
        }
    }

    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.longs().withDistribution(RandomDistribution.uniform());
    }

    @Example
    void shouldAgreeWithModelWhenSeedIsGiven() {
        if (SEED != null) {
            PoolModel.runSorts(SEED);
        }
        for (long seed = 1; SEED == null && seed <= SEEDS; seed++) {
            PoolModel.runSorts(seed);
        }
    }
}
