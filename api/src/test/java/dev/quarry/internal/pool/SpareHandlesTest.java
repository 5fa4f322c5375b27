package dev.quarry.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.pool.PageSupply.Handle;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpareHandlesTest {
    private long now;
    private long names;
    private final SpareHandles spare = new SpareHandles(() -> now);

    @Test
    void shouldTakeLargestThatFitWhenSomeDoNot() {
        add(64, 4, 2, 4);
        assertThat(spare.fittingBytes(9)).isEqualTo(8);
        assertThat(sizes(spare.takeFitting(9))).containsExactlyInAnyOrder(4L, 4L);
        assertThat(sizes(spare.takeFitting(9))).containsExactly(2L);
        assertThat(spare.takeFitting(9)).isEmpty();
        assertThat(spare.isEmpty()).isFalse();
        assertThat(sizes(spare.takeFitting(64))).containsExactly(64L);
        assertThat(spare.isEmpty()).isTrue();
    }

    @Test
    void shouldTakeWhatIsNeededWhenItIsThereExactly() {
        add(4, 2, 8);
        assertThat(sizes(spare.takeEnough(6, 6))).containsExactlyInAnyOrder(4L, 2L);
        assertThat(sizes(spare.takeEnough(8, 8))).containsExactly(8L);
    }

    @Test
    void shouldTakeOneThatIsLargerWhenMoreIsAllowed() {
        add(2, 64, 16);
        assertThat(spare.takeEnough(6, 8)).isEmpty();
        assertThat(sizes(spare.takeEnough(6, 100)))
                .as("the two are not needed then")
                .containsExactly(16L);
        assertThat(spare.fittingBytes(100)).isEqualTo(66);
    }

    @Test
    void shouldTakeNothingWhenAllIsTooLittle() {
        add(2, 4);
        assertThat(spare.takeEnough(8, 100)).isEmpty();
        assertThat(spare.fittingBytes(100)).isEqualTo(6);
    }

    @Test
    void shouldTakeWhatFitsNotWhenAskedForTheRest() {
        add(2, 64, 16);
        assertThat(sizes(spare.takeUnfit(20))).containsExactlyInAnyOrder(64L);
        assertThat(spare.fittingBytes(100)).isEqualTo(18);
    }

    @Test
    void shouldTakeAsManyAsItTakesWhenBytesAreEnough() {
        add(2, 64, 16);
        assertThat(sizes(spare.takeUpTo(3))).containsExactly(2L, 16L);
        assertThat(sizes(spare.takeUpTo(Long.MAX_VALUE))).containsExactly(64L);
        assertThat(spare.takeUpTo(1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -3, Long.MAX_VALUE - 3, Long.MIN_VALUE})
    void shouldTakeOldOnesWhenClockBeginsAnywhere(long begin) {
        now = begin;
        add(2, 4);
        now += 5;
        add(4, 8);
        assertThat(spare.takeIdle(now, 6)).isEmpty();
        assertThat(sizes(spare.takeIdle(now, 5))).containsExactlyInAnyOrder(2L, 4L);
        now += 5;
        assertThat(sizes(spare.takeIdle(now, 5))).containsExactlyInAnyOrder(4L, 8L);
        assertThat(spare.isEmpty()).isTrue();
    }

    @Test
    void shouldLoseNoneAndKeepBoundsWhenUsedAtRandom() {
        SplittableRandom random = new SplittableRandom(7);
        List<Handle> out = new ArrayList<>();
        long total = 0;
        for (int i = 0; i < 200; i++) {
            long size = 1L << random.nextInt(8);
            add(size);
            total += size;
        }
        for (int i = 0; i < 20_000; i++) {
            long least = random.nextLong(1, 600);
            long most = least + random.nextLong(0, 200);
            long before = spare.fittingBytes(Long.MAX_VALUE);
            List<Handle> taken = random.nextBoolean() ? spare.takeEnough(least, most) : spare.takeFitting(most);
            assertThat(PageSupply.sum(taken)).isLessThanOrEqualTo(most);
            assertThat(spare.fittingBytes(Long.MAX_VALUE)).isEqualTo(before - PageSupply.sum(taken));
            out.addAll(taken);
            if (out.size() > 60) {
                spare.addAll(out);
                out.clear();
            }
        }
        spare.addAll(out);
        List<Handle> all = spare.takeUpTo(Long.MAX_VALUE);
        assertThat(PageSupply.sum(all)).isEqualTo(total);
        assertThat(all.stream().map(Handle::id).distinct()).hasSize(200);
    }

    private void add(long... sizes) {
        for (long size : sizes) {
            spare.add(new Handle(++names, size));
        }
    }

    private static List<Long> sizes(List<Handle> handles) {
        return handles.stream().map(Handle::bytes).toList();
    }
}
