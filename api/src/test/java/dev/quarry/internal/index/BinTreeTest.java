package dev.quarry.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The tree against a sorted set. */
class BinTreeTest {
    private final BlockTable table = new BlockTable();
    private final BinTree tree = new BinTree(table);
    private final TreeSet<Integer> model = new TreeSet<>(
            Comparator.<Integer>comparingLong(table::size).thenComparing(table::address, Long::compareUnsigned));
    private int root;

    @Test
    void shouldBeEmptyWhenOnlyBlockIsRemoved() {
        int block = add(64, 64);
        assertThat(root).isEqualTo(block);
        assertThat(tree.remove(root, block)).isZero();
    }

    @Test
    void shouldFindNothingWhenTreeIsEmpty() {
        assertThat(tree.atLeast(0, 1)).isZero();
    }

    @Test
    void shouldFindLowestAddressWhenSizesAreEqual() {
        add(300, 64);
        int lowest = add(100, 64);
        add(200, 64);
        assertThat(tree.atLeast(root, 64)).isEqualTo(lowest);
        assertThat(tree.atLeast(root, 1)).isEqualTo(lowest);
        assertThat(tree.atLeast(root, 65)).isZero();
    }

    @Test
    void shouldAgreeWithModelWhenBlocksArriveInAnyOrder() {
        for (int order = 0; order < 3; order++) {
            root = 0;
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
        List<Integer> out = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            boolean grow = step % 4000 < 2000;
            if (model.isEmpty() || random.nextInt(10) < (grow ? 7 : 3)) {
                if (out.isEmpty()) {
                    add(step * 64L, 1 + random.nextInt(50));
                } else {
                    addAgain(out.removeLast());
                }
            } else {
                int block = random.nextBoolean() ? model.first() : anyAbove(random.nextInt(50));
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

    private int anyAbove(long size) {
        int found = tree.atLeast(root, size);
        return found == 0 ? model.last() : found;
    }

    private int add(long address, long size) {
        int block = table.create(address, size, 0);
        addAgain(block);
        return block;
    }

    private void addAgain(int block) {
        if (model.add(block)) {
            root = tree.insert(root, block);
        }
    }

    private void remove(int block) {
        root = tree.remove(root, block);
        assertThat(model.remove(block)).isTrue();
    }

    private void assertAtLeast(long size) {
        int expected =
                model.stream().filter(b -> table.size(b) >= size).findFirst().orElse(0);
        assertThat(tree.atLeast(root, size)).isEqualTo(expected);
    }

    private void assertSame() {
        List<Integer> visited = new ArrayList<>();
        tree.forEach(root, visited::add);
        assertThat(visited).containsExactlyElementsOf(model);
        if (!model.isEmpty()) {
            assertThat(tree.first(root)).isEqualTo(model.first());
            assertThat(tree.last(root)).isEqualTo(model.last());
        }
    }

    private int depth(int node) {
        return node == 0 ? 0 : 1 + Math.max(depth(table.left(node)), depth(table.right(node)));
    }
}
