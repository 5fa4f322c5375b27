package dev.quarry.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeClassesTest {
    private static final long SMALL = 64 << 10;

    @Provide
    Arbitrary<Long> granules() {
        return Arbitraries.of(64L, 512L);
    }

    @ParameterizedTest
    @ValueSource(longs = {64, 512})
    void shouldRoundToGranuleWhenSizeIsUpToEightGranules(long granule) {
        SizeClasses classes = new SizeClasses(granule, SMALL);
        for (long bytes = 1; bytes <= 8 * granule; bytes++) {
            assertThat(classes.round(bytes)).as("%d", bytes).isEqualTo((bytes + granule - 1) / granule * granule);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "513, 576",
        "576, 576",
        "577, 640",
        "1024, 1024",
        "1025, 1152",
        "1152, 1152",
        "1153, 1280",
        "2047, 2048",
        "2049, 2304",
        "57345, 61440",
        "61441, 65536",
        "65536, 65536"
    })
    void shouldHaveEightStepsPerDoublingWhenSizeIsLarger(long bytes, long rounded) {
        assertThat(new SizeClasses(64, SMALL).round(bytes)).isEqualTo(rounded);
    }

    @ParameterizedTest
    @CsvSource({"65537, 65600", "65600, 65600", "1048577, 1048640", "100000000, 100000000"})
    void shouldRoundToGranuleOnlyWhenSizeIsAboveSmallLimit(long bytes, long rounded) {
        assertThat(new SizeClasses(64, SMALL).round(bytes)).isEqualTo(rounded);
    }

    @ParameterizedTest
    @ValueSource(longs = {64, 512})
    void shouldNotOverflowWhenSizeIsLargestAllowed(long granule) {
        long rounded = new SizeClasses(granule, SMALL).round(SizeClasses.MAX_BYTES);
        assertThat(rounded).isEqualTo(1L << 61).isGreaterThanOrEqualTo(SizeClasses.MAX_BYTES);
    }

    @ParameterizedTest
    @ValueSource(longs = {64, 512})
    void shouldNumberClassesWithoutGapsWhenSizesAscend(long granule) {
        SizeClasses classes = new SizeClasses(granule, SMALL);
        int expected = 0;
        long previous = 0;
        for (long bytes = 1; bytes <= SMALL; bytes += granule / 2) {
            long size = classes.round(bytes);
            if (size != previous) {
                assertThat(classes.classOf(size)).as("%d", size).isEqualTo(expected);
                assertThat(classes.sizeOf(expected)).as("class %d", expected).isEqualTo(size);
                expected++;
                previous = size;
            }
        }
        assertThat(previous).isEqualTo(SMALL);
        assertThat(expected).isEqualTo(granule == 64 ? 64 : 40);
    }

    @Property
    void shouldFitAndBeStableWhenRounded(
            @ForAll("granules") long granule, @ForAll @LongRange(min = 1, max = 4 * SMALL) long bytes) {
        SizeClasses classes = new SizeClasses(granule, SMALL);
        long size = classes.round(bytes);
        assertThat(size).isGreaterThanOrEqualTo(bytes);
        assertThat(size % granule).isZero();
        assertThat(classes.round(size)).isEqualTo(size);
    }

    @Property
    void shouldWasteAtMostAnEighthWhenSizeIsSmall(
            @ForAll("granules") long granule, @ForAll @LongRange(min = 1, max = SMALL) long bytes) {
        long inGranules = (bytes + granule - 1) / granule * granule;
        long waste = new SizeClasses(granule, SMALL).round(bytes) - inGranules;
        assertThat(waste * 8).isLessThanOrEqualTo(inGranules);
    }

    @Property
    void shouldNotDecreaseWhenSizeGrows(
            @ForAll("granules") long granule,
            @ForAll @LongRange(min = 1, max = 4 * SMALL) long a,
            @ForAll @LongRange(min = 1, max = 4 * SMALL) long b) {
        SizeClasses classes = new SizeClasses(granule, SMALL);
        assertThat(classes.round(Math.min(a, b))).isLessThanOrEqualTo(classes.round(Math.max(a, b)));
    }

    @Property
    void shouldReturnSameSizeWhenClassIsTurnedBack(
            @ForAll("granules") long granule, @ForAll @LongRange(min = 1, max = SMALL) long bytes) {
        SizeClasses classes = new SizeClasses(granule, SMALL);
        long size = classes.round(bytes);
        assertThat(classes.sizeOf(classes.classOf(size))).isEqualTo(size);
    }

    @Property
    void shouldServeRequestOfClassWhenBlockHasClassSize(
            @ForAll("granules") long granule,
            @ForAll @LongRange(min = 1, max = SMALL) long freed,
            @ForAll @LongRange(min = 1, max = SMALL) long requested) {
        SizeClasses classes = new SizeClasses(granule, SMALL);
        long block = classes.round(freed);
        if (classes.classOf(block) >= classes.classOf(classes.round(requested))) {
            assertThat(block).isGreaterThanOrEqualTo(requested);
        } else {
            assertThat(block).isLessThan(classes.round(requested));
        }
    }

    @Test
    void shouldTellItsGranuleWhenMade() {
        assertThat(new SizeClasses(512, SMALL).granule()).isEqualTo(512);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, 48, 513})
    void shouldRefuseWhenGranuleIsNoPowerOfTwo(long granule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SizeClasses(granule, SMALL))
                .withMessageContaining("granule = " + granule);
    }
}
