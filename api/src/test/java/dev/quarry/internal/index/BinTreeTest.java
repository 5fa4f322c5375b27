package dev.quarry.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Blocks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The tree against a sorted set. */
class BinTreeTest {
    private final Blocks blocks = new Blocks();
    private final TreeSet<Block> model = new TreeSet<>(
            Comparator.<Block>comparingLong(Block::size).thenComparing(Block::address, Long::compareUnsigned));
    private @Nullable Block root;

    @Test
    void shouldBeEmptyWhenOnlyBlockIsRemoved() {
        Block block = add(64, 64);
        assertThat(root).isEqualTo(block);
        assertThat(BinTree.remove(present(), block)).isNull();
    }

    @Test
    void shouldFindNothingWhenTreeIsEmpty() {
        assertThat(BinTree.atLeast(null, 1)).isNull();
    }

    @Test
    void shouldFindLowestAddressWhenSizesAreEqual() {
        add(300, 64);
        Block lowest = add(100, 64);
        add(200, 64);
        assertThat(BinTree.atLeast(root, 64)).isEqualTo(lowest);
        assertThat(BinTree.atLeast(root, 1)).isEqualTo(lowest);
        assertThat(BinTree.atLeast(root, 65)).isNull();
    }

    @Test
    void shouldAgreeWithModelWhenBlocksArriveInAnyOrder() {
        for (int order = 0; order < 3; order++) {
            root = null;
            model.clear();
            for (int i = 0; i < 2000; i++) {
                int position = order == 0 ? i : order == 1 ? 2000 - i : i * 769 % 2000;
                add(1L << 20 | position * 64L, 64 + position % 7);
            }
            assertSame();
            assertThat(depth(root)).as("order %d", order).isLessThan(60);
        }
    }

    @Test
    void shouldAgreeWithModelWhenInsertsAndRemovesAreMixed() {
        Random random = new Random(7);
        List<Block> out = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            boolean grow = step % 4000 < 2000;
            if (model.isEmpty() || random.nextInt(10) < (grow ? 7 : 3)) {
                if (out.isEmpty()) {
                    add(step * 64L, 1 + random.nextInt(50));
                } else {
                    addAgain(out.removeLast());
                }
            } else {
                Block block = random.nextBoolean() ? model.first() : anyAbove(random.nextInt(50));
                remove(block);
                out.add(block);
            }
            assertAtLeast(random.nextInt(60));
            if (step % 500 == 0) {
                assertSame();
                assertThat(depth(root)).as("step %d", step).isLessThan(40);
            }
        }
        assertSame();
    }

    @Test
    void shouldThrowWhenBlockIsInAnotherTree() {
        add(64, 64);
        add(128, 96);
        Block stranger = blocks.create(256, 80);
        assertThatIllegalStateException()
                .isThrownBy(() -> BinTree.remove(present(), stranger))
                .withMessageContaining("is not in the index");
        assertSame();
    }

    @Property(tries = 500)
    void shouldAgreeWithModelWhenFewSizesRepeat(
            @ForAll @Size(max = 60) List<@IntRange(min = -30, max = 5) Integer> steps) {
        int address = 0;
        for (int step : steps) {
            if (step > 0) {
                add(address++ * 31L % 64 << 6 | 1L << 30, step);
            } else if (!model.isEmpty()) {
                remove(new ArrayList<>(model).get(-step % model.size()));
            }
            assertSame();
            for (int size = 0; size <= 6; size++) {
                assertAtLeast(size);
            }
        }
    }

    private Block anyAbove(long size) {
        Block found = BinTree.atLeast(root, size);
        return found == null ? model.last() : found;
    }

    private Block add(long address, long size) {
        Block block = blocks.create(address, size);
        addAgain(block);
        return block;
    }

    private void addAgain(Block block) {
        if (model.add(block)) {
            root = BinTree.insert(root, block);
        }
    }

    private void remove(Block block) {
        root = BinTree.remove(present(), block);
        assertThat(model.remove(block)).isTrue();
    }

    private void assertAtLeast(long size) {
        Block expected =
                model.stream().filter(b -> b.size() >= size).findFirst().orElse(null);
        assertThat(BinTree.atLeast(root, size)).isEqualTo(expected);
    }

    private void assertSame() {
        List<Block> visited = new ArrayList<>();
        BinTree.forEach(root, visited::add);
        assertThat(visited).containsExactlyElementsOf(model);
        if (!model.isEmpty()) {
            assertThat(BinTree.first(present())).isEqualTo(model.first());
            assertThat(BinTree.last(present())).isEqualTo(model.last());
        }
    }

    private Block present() {
        return Objects.requireNonNull(root);
    }

    private static int depth(@Nullable Block node) {
        return node == null ? 0 : 1 + Math.max(depth(node.left()), depth(node.right()));
    }
}
