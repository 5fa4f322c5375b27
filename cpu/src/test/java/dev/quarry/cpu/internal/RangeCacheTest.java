package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The cache of free ranges, by examples and against a set of bits. */
class RangeCacheTest {
    private static final int UNITS = 256;

    private final RangeCache cache = new RangeCache();

    @Test
    void shouldTakeSmallestRangeWhenSeveralFit() {
        cache.put(1000, 300);
        cache.put(2000, 100);
        cache.put(3000, 200);

        assertThat(cache.take(100, 1)).hasValue(2000);
        assertThat(cache.take(100, 1)).hasValue(3000);
        assertThat(cache.take(101, 1)).hasValue(1000);
    }

    @Test
    void shouldTakeLowestAddressWhenSizesAreEqual() {
        cache.put(5000, 64);
        cache.put(4000, 64);

        assertThat(cache.take(64, 1)).hasValue(4000);
    }

    @Test
    void shouldFindNothingWhenNoRangeFits() {
        cache.put(1000, 100);
        cache.put(1200, 100);

        assertThat(cache.take(101, 1)).isEmpty();
    }

    @Test
    void shouldMergeWithBothNeighboursWhenPutBetweenThem() {
        cache.put(1000, 100);
        cache.put(1200, 100);
        cache.put(1100, 100);

        assertThat(cache.take(300, 1)).hasValue(1000);
    }

    @Test
    void shouldKeepBothEndsWhenAligned() {
        cache.put(100, 200);

        assertThat(cache.take(64, 128)).hasValue(128);
        assertThat(cache.take(28, 1)).hasValue(100);
        assertThat(cache.take(108, 1)).hasValue(192);
    }

    @Test
    void shouldSkipRangeWhenAlignmentLeavesTooLittle() {
        cache.put(100, 100);
        cache.put(1024, 150);

        assertThat(cache.take(100, 128)).hasValue(1024);
    }

    @Test
    void shouldThrowWhenRangeIsFreeAlready() {
        cache.put(1000, 100);

        assertThatIllegalStateException().isThrownBy(() -> cache.put(1050, 10)).withMessageContaining("0x41a");
        assertThatIllegalStateException().isThrownBy(() -> cache.put(950, 100));
        assertThat(cache.take(100, 1)).hasValue(1000);
    }

    /** Positive steps take as many units, others put one of the taken ranges back. */
    @Property(tries = 300)
    void shouldAgreeWithSetOfBitsWhenUsedAtRandom(
            @ForAll @Size(max = 200) List<@IntRange(min = -20, max = 40) Integer> steps,
            @ForAll @IntRange(max = 4) int alignmentLog) {
        RangeCache tested = new RangeCache();
        BitSet free = new BitSet();
        List<long[]> taken = new ArrayList<>();
        tested.put(0, UNITS);
        free.set(0, UNITS);
        for (int step : steps) {
            if (step > 0) {
                OptionalLong found = tested.take(step, 1L << alignmentLog);
                assertThat(found).isEqualTo(bestFit(free, step, 1 << alignmentLog));
                found.ifPresent(address -> {
                    free.clear((int) address, (int) address + step);
                    taken.add(new long[] {address, step});
                });
            } else if (!taken.isEmpty()) {
                long[] range = taken.remove(-step % taken.size());
                tested.put(range[0], range[1]);
                free.set((int) range[0], (int) (range[0] + range[1]));
            }
        }
    }

    private static OptionalLong bestFit(BitSet free, int bytes, int alignment) {
        int best = Integer.MAX_VALUE;
        OptionalLong result = OptionalLong.empty();
        for (int start = free.nextSetBit(0); start >= 0; start = free.nextSetBit(free.nextClearBit(start))) {
            int end = free.nextClearBit(start);
            int address = (start + alignment - 1) & -alignment;
            if (end - address >= bytes && end - start < best) {
                best = end - start;
                result = OptionalLong.of(address);
            }
        }
        return result;
    }
}
