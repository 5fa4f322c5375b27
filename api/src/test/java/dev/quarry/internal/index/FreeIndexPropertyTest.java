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
        REMOVE_BEST_FIT,
        /** Cuts a part off the upper end of a block that stays in. */
        SHRINK,
        /** Merges a block that stays in with the neighbour above. */
        GROW,
        /** Cuts a part off the lower end of a block; the rest takes its place. */
        REPLACE,
        /** Inserts a block that was in before. */
        REINSERT
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
        return programs(sizes, 4, 100);
    }

    /** Programs whose blocks crowd in two bins. */
    @Provide
    Arbitrary<List<Step>> crowded() {
        return programs(Arbitraries.longs().between(4000, 4300), 12, 150);
    }

    private static Arbitrary<List<Step>> programs(Arbitrary<Long> sizes, int inserts, int most) {
        return Combinators.combine(
                        Arbitraries.frequency(
                                Tuple.of(inserts, Action.INSERT),
                                Tuple.of(1, Action.REMOVE),
                                Tuple.of(1, Action.REMOVE_BEST_FIT),
                                Tuple.of(2, Action.SHRINK),
                                Tuple.of(2, Action.GROW),
                                Tuple.of(2, Action.REPLACE),
                                Tuple.of(1, Action.REINSERT)),
                        sizes,
                        Arbitraries.integers().between(0, 1000))
                .as(Step::new)
                .list()
                .ofMaxSize(most);
    }

    @Provide
    Arbitrary<Long> granules() {
        return Arbitraries.of(64L, 512L);
    }

    @Property(tries = 300)
    void shouldAnswerAsSortedSetWhenUsedAtRandom(
            @ForAll("programs") List<Step> program, @ForAll("granules") long granule) {
        run(program, granule);
    }

    @Property(tries = 150)
    void shouldAnswerAsSortedSetWhenBinsAreCrowded(
            @ForAll("crowded") List<Step> program, @ForAll("granules") long granule) {
        run(program, granule);
    }

    private static void run(List<Step> program, long granule) {
        Run run = new Run(granule);
        for (Step step : program) {
            run.perform(step);
            run.assertSame(step.granules * granule);
        }
    }

    /** The index and the set side by side. */
    private static final class Run {
        private final Blocks blocks = new Blocks();
        private final FreeIndex index;
        private final long granule;
        /** By size; parts of segments first, by address; then whole segments, the one freed last first. */
        private final TreeSet<Block> model = new TreeSet<>(Comparator.comparingLong(Block::size)
                .thenComparing(Run::isWhole)
                .thenComparingLong(block -> isWhole(block) ? -block.sequence() : 0)
                .thenComparing(Block::address, Long::compareUnsigned));

        private final List<Block> out = new ArrayList<>();
        private int created;
        private long freed;

        Run(long granule) {
            this.granule = granule;
            this.index = new FreeIndex(granule, blocks.store());
        }

        void perform(Step step) {
            long size = step.granules * granule;
            switch (step.action) {
                case INSERT -> insert(step, size);
                case REMOVE_BEST_FIT -> {
                    Block found = index.bestFit(size);
                    if (found != null) {
                        remove(found);
                    }
                }
                case REINSERT -> {
                    if (!out.isEmpty()) {
                        add(out.remove(step.choice % out.size()));
                    }
                }
                default -> {
                    if (!model.isEmpty()) {
                        change(step.action, new ArrayList<>(model).get(step.choice % model.size()), size);
                    }
                }
            }
        }

        /** Does what the heap does to a block that is in: in place where that is allowed. */
        private void change(Action action, Block block, long size) {
            long before = block.size();
            long part = Math.min(size, before - granule);
            switch (action) {
                case SHRINK -> {
                    if (part > 0 && mayResize(block, before - part)) {
                        model.remove(block);
                        index.resized(-part);
                        out.add(blocks.store().split(block, before - part));
                        model.add(block);
                    }
                }
                case GROW -> {
                    Block next = block.next();
                    if (next != null && out.contains(next) && mayResize(block, before + next.size())) {
                        model.remove(block);
                        out.remove(next);
                        index.resized(next.size());
                        blocks.store().absorbNext(block);
                        model.add(block);
                    }
                }
                case REPLACE -> {
                    if (part > 0 && mayResize(block, before - part)) {
                        model.remove(block);
                        Block rest = blocks.store().split(block, part);
                        index.replace(block, before, rest);
                        out.add(block);
                        model.add(rest);
                    }
                }
                default -> remove(block);
            }
        }

        /** Asks the index, after checking that it tells the truth. */
        private boolean mayResize(Block block, long size) {
            boolean may = index.isResizable(block, size);
            boolean alone = model.stream().noneMatch(b -> b != block && isOneBin(b.size(), block.size()));
            assertThat(may).isEqualTo(alone && isOneBin(block.size(), size));
            return may;
        }

        /** Returns whether sizes agree in their highest bit and the five that follow. */
        private boolean isOneBin(long one, long other) {
            long a = one / granule;
            long b = other / granule;
            while (a >= 64 || b >= 64) {
                a /= 2;
                b /= 2;
            }
            return a == b;
        }

        void assertSame(long size) {
            assertThat(index.bestFit(size)).isSameAs(modelFit(size));
            assertThat(index.bestFit(size + 1)).isSameAs(modelFit(size + 1));
            assertThat(index.count()).isEqualTo(model.size());
            assertThat(index.bytes())
                    .isEqualTo(model.stream().mapToLong(Block::size).sum());
            assertThat(index.largest())
                    .isEqualTo(model.isEmpty() ? 0 : model.last().size());
            List<Block> visited = new ArrayList<>();
            index.forEach(visited::add);
            assertThat(visited).isEqualTo(new ArrayList<>(model));
            assertBins();
        }

        /** I4, and that each block is in the bin of its size. */
        private void assertBins() {
            List<Block> all = new ArrayList<>();
            for (int bin = 0; bin < FreeIndex.bins(); bin++) {
                int before = all.size();
                index.forEachInBin(bin, all::add);
                if (index.isMarked(bin) != all.size() > before) {
                    throw new AssertionError("the mark of bin " + bin);
                }
                for (Block block : all.subList(before, all.size())) {
                    assertThat(block.size()).isBetween(index.leastOf(bin), index.leastOf(bin + 1) - 1);
                }
            }
            assertThat(all).isEqualTo(new ArrayList<>(model));
        }

        private @Nullable Block modelFit(long size) {
            return model.stream().filter(b -> b.size() >= size).findFirst().orElse(null);
        }

        private void insert(Step step, long size) {
            // A scrambled order of addresses.
            long address = (++created * 0x9E37_79B9_7F4A_7C15L) & -granule;
            boolean whole = step.choice % 2 == 0;
            Block block = blocks.create(address, whole ? size : size + granule);
            if (!whole) {
                out.add(blocks.store().split(block, size));
            }
            add(block);
        }

        private static boolean isWhole(Block block) {
            return block.size() == block.segment().bytes();
        }

        private void add(Block block) {
            if (index.bytes() <= Long.MAX_VALUE - block.size()) { // the sum must not overflow
                block.setFree(1, ++freed / 2); // some are freed at once
                index.insert(block);
                model.add(block);
            }
        }

        private void remove(Block block) {
            index.remove(block);
            model.remove(block);
            out.add(block);
        }
    }
}
