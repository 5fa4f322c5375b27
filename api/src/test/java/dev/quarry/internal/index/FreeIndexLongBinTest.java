package dev.quarry.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Blocks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A bin that fills up and becomes empty again, as a list, a tree, and a list. */
class FreeIndexLongBinTest {
    private static final long GRANULE = 512;

    /** Sizes in granules that share a bin. */
    private static final int LEAST = 4096;

    private static final int SIZES = 128;
    private static final int BLOCKS = 200;

    private static final Comparator<Block> BEST_FIT =
            Comparator.comparingLong(Block::size).thenComparing(Block::address, Long::compareUnsigned);

    private final Blocks blocks = new Blocks();
    private final FreeIndex index = new FreeIndex(GRANULE, blocks.store());

    enum Order {
        ASCENDING,
        DESCENDING,
        SHUFFLED,
        FROM_BOTH_ENDS;

        List<Block> of(List<Block> sorted) {
            List<Block> arranged = new ArrayList<>(sorted);
            switch (this) {
                case ASCENDING -> {}
                case DESCENDING -> Collections.reverse(arranged);
                case SHUFFLED -> Collections.shuffle(arranged, new Random(5));
                case FROM_BOTH_ENDS -> {
                    for (int i = 0; i < sorted.size(); i++) {
                        arranged.set(i, sorted.get(i % 2 == 0 ? i / 2 : sorted.size() - 1 - i / 2));
                    }
                }
            }
            return arranged;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerAsSortedListWhenSizesDiffer(Order order) {
        fillAndEmpty(order, i -> LEAST + i % SIZES);
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerAsSortedListWhenSizesAreEqual(Order order) {
        fillAndEmpty(order, i -> LEAST + 7);
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerAsSortedListWhenFewAreLarger(Order order) {
        fillAndEmpty(order, i -> i % 50 == 0 ? LEAST + SIZES - 1 : LEAST);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindLargerOneWhenSearchBeginsInListOfSmallerOnes(Order order) {
        // Descending inserts never walk: the list grows long, and a search is the first to notice.
        Block large = block(LEAST + 1, BLOCKS + 1L);
        index.insert(large);
        sorted(i -> LEAST).reversed().forEach(index::insert);
        assertThat(isList()).as("a list before the search").isTrue();
        assertThat(index.largest()).isEqualTo(large.size());
        assertThat(index.bestFit((LEAST + 1) * GRANULE)).isSameAs(large);
        assertThat(isList()).as("a list after it").isFalse();
        assertThat(index.bestFit((LEAST + 2) * GRANULE)).isNull();
        List<Block> rest = inOrder();
        assertThat(rest).hasSize(BLOCKS + 1).isSortedAccordingTo(BEST_FIT);
        remove(order.of(rest), rest);
    }

    @Test
    void shouldStayUsableWhenOneBlockIsLeftOfMany() {
        List<Block> all = sorted(i -> LEAST + i % SIZES);
        all.forEach(index::insert);
        assertThat(isList()).isFalse();
        Block last = all.get(BLOCKS / 2);
        all.stream().filter(block -> block != last).forEach(index::remove);
        assertThat(index.bestFit(1)).isSameAs(last);
        assertThat(index.isResizable(last, (LEAST + 1) * GRANULE))
                .as("alone again")
                .isTrue();
        Block lower = block(LEAST, 0);
        Block higher = block(LEAST + SIZES - 1, BLOCKS + 1L);
        index.insert(higher);
        assertThat(index.isResizable(last, (LEAST + 1) * GRANULE)).isFalse();
        index.insert(lower);
        assertThat(inOrder()).containsExactly(lower, last, higher);
        assertThat(isList()).isTrue();
        index.remove(last);
        assertThat(inOrder()).containsExactly(lower, higher);
    }

    @Test
    void shouldBeListAgainWhenAllBlocksWereRemoved() {
        List<Block> all = sorted(i -> LEAST);
        all.forEach(index::insert);
        assertThat(isList()).isFalse();
        all.forEach(index::remove);
        all.subList(0, 5).forEach(index::insert);
        assertThat(isList()).isTrue();
    }

    @Test
    void shouldGrowLongAgainWhenItWasEmpty() {
        for (int round = 0; round < 3; round++) {
            fillAndEmpty(Order.ASCENDING, i -> LEAST + i % SIZES);
        }
    }

    @Test
    void shouldLeaveOtherBinsAloneWhenOneIsLong() {
        Block below = block(LEAST - 1, BLOCKS + 10L);
        Block above = block(LEAST + SIZES, BLOCKS + 11L);
        index.insert(below);
        index.insert(above);
        List<Block> all = sorted(i -> LEAST + i % SIZES);
        all.forEach(index::insert);
        assertThat(index.largest()).isEqualTo(above.size());
        assertThat(index.bestFit((LEAST - 1) * GRANULE)).isSameAs(below);
        assertThat(index.bestFit((LEAST + SIZES) * GRANULE)).isSameAs(above);
        assertThat(index.isResizable(above, (LEAST + SIZES + 1) * GRANULE)).isTrue();
        all.forEach(index::remove);
        assertThat(inOrder()).containsExactly(below, above);
    }

    /** The size of a block in granules. */
    private interface Sizes {
        long of(int number);
    }

    private void fillAndEmpty(Order order, Sizes sizes) {
        for (Order back : Order.values()) {
            List<Block> sorted = sorted(sizes);
            List<Block> in = new ArrayList<>();
            for (Block block : order.of(sorted)) {
                index.insert(block);
                in.add(block);
                assertAnswers(in);
            }
            assertThat(index.isResizable(sorted.getFirst(), LEAST * GRANULE)).isFalse();
            remove(back.of(sorted), in);
            assertThat(index.largest()).isZero();
        }
    }

    private void remove(List<Block> order, List<Block> in) {
        for (Block block : order) {
            index.remove(block);
            in.remove(block);
            assertAnswers(in);
        }
    }

    private void assertAnswers(List<Block> in) {
        List<Block> expected = in.stream().sorted(BEST_FIT).toList();
        assertThat(index.count()).isEqualTo(expected.size());
        if (expected.size() % 5 == 0) {
            assertThat(inOrder()).isEqualTo(expected);
            assertThat(index.largest())
                    .isEqualTo(expected.isEmpty() ? 0 : expected.getLast().size());
        }
        for (int size = LEAST; size <= LEAST + SIZES; size += 1 + expected.size() % 7) {
            long bytes = size * GRANULE;
            assertThat(index.bestFit(bytes))
                    .isSameAs(expected.stream()
                            .filter(block -> block.size() >= bytes)
                            .findFirst()
                            .orElse(null));
        }
    }

    private List<Block> sorted(Sizes sizes) {
        List<Block> all = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            all.add(block(sizes.of(i), 1 + i * 77L % BLOCKS));
        }
        all.sort(BEST_FIT);
        return all;
    }

    private Block block(long granules, long place) {
        return blocks.create(place << 40, granules * GRANULE);
    }

    /** Returns whether the blocks are linked as a list. */
    private boolean isList() {
        List<Block> all = inOrder();
        for (int i = 1; i < all.size(); i++) {
            if (all.get(i - 1).right() != all.get(i) || all.get(i).left() != all.get(i - 1)) {
                return false;
            }
        }
        return true;
    }

    private List<Block> inOrder() {
        List<Block> visited = new ArrayList<>();
        index.forEach(visited::add);
        return visited;
    }
}
