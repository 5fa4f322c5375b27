package dev.quarry.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeTry;

class LiveBlocksPropertyTest {
    private LiveBlocks blocks = new LiveBlocks();
    private final TreeMap<Long, Integer> slots = new TreeMap<>();
    private final Deque<Integer> free = new ArrayDeque<>();

    @BeforeTry
    void clear() {
        blocks = new LiveBlocks();
        slots.clear();
        free.clear();
    }

    @Property(tries = 60)
    void shouldAgreeWithAMapAndAStack(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6000) int spread) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 8000; i++) {
            long id = random.nextInt(spread) * (random.nextBoolean() ? 1L : 1L << 40);
            Integer known = slots.get(id);
            assertThat(blocks.find(id)).isEqualTo(known == null ? -1 : known);
            if (known == null) {
                add(id);
            } else if (random.nextBoolean()) {
                assertThat(blocks.add(id, 1, 0)).isEqualTo(-1);
            } else {
                blocks.remove(known);
                slots.remove(id);
                free.push(known);
            }
        }
        List<Long> ids = new ArrayList<>(slots.keySet());
        assertThat(blocks.sortedIds())
                .containsExactly(ids.stream().mapToLong(Long::longValue).toArray());
        assertThat(blocks.liveBytes())
                .isEqualTo(ids.stream().mapToLong(id -> id % 1000 + 1).sum());
    }

    private void add(long id) {
        int expected = free.isEmpty() ? blocks.slots() : free.pop();
        int slot = blocks.add(id, id % 1000 + 1, 3);
        assertThat(slot).isEqualTo(expected);
        assertThat(blocks.bytes(slot)).isEqualTo(id % 1000 + 1);
        assertThat(blocks.stream(slot)).isEqualTo(3);
        slots.put(id, slot);
    }
}
