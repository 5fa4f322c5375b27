package dev.quarry.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Blocks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** The index against a sorted set: every answer after every step, and all of its structure. */
class FreeIndexPropertyTest {
    enum Action {
        INSERT,
        REMOVE,
        REMOVE_BEST_FIT
    }

    /** One step: a size in granules, and which of the blocks held is meant. */
    record Step(Action action, long granules, int choice) {}

    @Provide
    Arbitrary<List<Step>> programs() {
        Arbitrary<Long> sizes = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.longs().between(1, 40)),
                Tuple.of(3, Arbitraries.longs().between(1, 5000)),
                Tuple.of(1, Arbitraries.of(64L, 65L, 127L, 128L)),
                Tuple.of(1, Arbitraries.longs().between(1, SizeClasses.MAX_BYTES >>> 9)));
        return Combinators.combine(
                        Arbitraries.frequency(
                                Tuple.of(3, Action.INSERT),
                                Tuple.of(1, Action.REMOVE),
                                Tuple.of(1, Action.REMOVE_BEST_FIT)),
                        sizes,
                        Arbitraries.integers().between(0, 1000))
                .as(Step::new)
                .list()
                .ofMaxSize(100);
    }

    /** Programs with few sizes, so that bins get long. */
    @Provide
    Arbitrary<List<Step>> crowds() {
        return Combinators.combine(
                        Arbitraries.frequency(
                                Tuple.of(5, Action.INSERT),
                                Tuple.of(2, Action.REMOVE),
                                Tuple.of(2, Action.REMOVE_BEST_FIT)),
                        Arbitraries.of(64L, 65L, 64L, 512L),
                        Arbitraries.integers().between(0, 1000))
                .as(Step::new)
                .list()
                .ofMinSize(50)
                .ofMaxSize(200);
    }

    @Provide
    Arbitrary<Long> granules() {
        return Arbitraries.of(64L, 512L);
    }

    @Property(tries = 300)
    void shouldAnswerAsSortedSetWhenUsedAtRandom(
            @ForAll("programs") List<Step> program, @ForAll("granules") long granule) {
        Run run = new Run(granule);
        for (Step step : program) {
            run.perform(step);
            run.assertSame(step.granules * granule);
        }
    }

    @Property(tries = 100)
    void shouldAnswerAsSortedSetWhenBinsAreCrowded(@ForAll("crowds") List<Step> program) {
        Run run = new Run(512);
        for (Step step : program) {
            run.perform(step);
            run.assertSame(step.granules * 512);
        }
    }

    /** The index and the set side by side. */
    private static final class Run {
        private final Blocks blocks = new Blocks();
        private final FreeIndex index;
        private final long granule;
        private final TreeSet<Block> model = new TreeSet<>(
                Comparator.<Block>comparingLong(Block::size).thenComparing(Block::address, Long::compareUnsigned));
        private int created;

        Run(long granule) {
            this.granule = granule;
            this.index = new FreeIndex(granule);
        }

        void perform(Step step) {
            switch (step.action) {
                case INSERT -> insert(step.granules * granule);
                case REMOVE -> {
                    if (!model.isEmpty()) {
                        remove(new ArrayList<>(model).get(step.choice % model.size()));
                    }
                }
                case REMOVE_BEST_FIT -> {
                    Block found = index.bestFit(step.granules * granule);
                    if (found != null) {
                        remove(found);
                    }
                }
            }
        }

        void assertSame(long size) {
            assertThat(index.bestFit(size)).isEqualTo(modelFit(size));
            assertThat(index.bestFit(size + 1)).isEqualTo(modelFit(size + 1));
            assertThat(index.count()).isEqualTo(model.size());
            assertThat(index.bytes())
                    .isEqualTo(model.stream().mapToLong(Block::size).sum());
            assertThat(index.largest())
                    .isEqualTo(model.isEmpty() ? 0 : model.last().size());
            List<Block> visited = new ArrayList<>();
            index.forEach(visited::add);
            assertThat(visited).containsExactlyElementsOf(model);
            assertBins();
        }

        /** I4, and that each block is in the bin of its size. */
        private void assertBins() {
            List<Block> all = new ArrayList<>();
            for (int bin = 0; bin < FreeIndex.bins(); bin++) {
                int before = all.size();
                index.forEachInBin(bin, all::add);
                assertThat(index.isMarked(bin)).as("bin %d", bin).isEqualTo(all.size() > before);
                for (Block block : all.subList(before, all.size())) {
                    assertThat(block.size()).isBetween(index.leastOf(bin), index.leastOf(bin + 1) - 1);
                }
            }
            assertThat(all).containsExactlyElementsOf(model);
        }

        private @Nullable Block modelFit(long size) {
            return model.stream().filter(b -> b.size() >= size).findFirst().orElse(null);
        }

        private void insert(long size) {
            // A scrambled order of addresses; the sizes' sum must not overflow.
            long address = (++created * 0x9E37_79B9_7F4A_7C15L) & -granule;
            if (index.bytes() <= Long.MAX_VALUE - size) {
                Block block = blocks.create(address, size);
                index.insert(block);
                model.add(block);
            }
        }

        private void remove(Block block) {
            index.remove(block);
            model.remove(block);
            blocks.recycle(block);
        }
    }
}
