package dev.quarry.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrowthPolicyTest {
    private static final long MIB = 1 << 20;

    /** The defaults of a pool: 2 MiB segments, a sixth, 16 to 256 MiB. */
    private final GrowthPolicy policy = new GrowthPolicy(2 * MIB, 512, 1 / 6.0, 16 * MIB, 256 * MIB);

    @ParameterizedTest
    @CsvSource({"1, 2", "2097152, 2", "2097153, 4", "104857600, 100", "105906176, 102"})
    void shouldRoundNeedToSegmentsWhenAskedForLeast(long size, long mib) {
        assertThat(policy.least(size)).isEqualTo(mib * MIB);
    }

    @Test
    void shouldTakeSmallestSegmentWhenRequestIsSmall() {
        assertThat(policy.next(512, true, 0, 0)).isEqualTo(2 * MIB);
        assertThat(policy.next(MIB, true, 1000 * MIB, 500 * MIB)).isEqualTo(2 * MIB);
    }

    @Test
    void shouldTakeMultipleOfRequestWhenSmallSegmentWouldNotFillEvenly() {
        assertThat(policy.next(1_048_000, true, 0, 0)).as("three, rounded up").isEqualTo(4 * MIB);
    }

    @Test
    void shouldTakeLeastSharedSegmentWhenPoolIsEmpty() {
        assertThat(policy.next(4 * MIB, false, 0, 0)).isEqualTo(16 * MIB);
    }

    @Test
    void shouldHoldWholeNumberOfRequestsWhenSegmentIsShared() {
        assertThat(policy.next(5 * MIB, false, 0, 0)).as("four of 5 MiB").isEqualTo(20 * MIB);
        assertThat(policy.next(3 * MIB, false, 0, 0)).as("six of 3 MiB").isEqualTo(18 * MIB);
    }

    @Test
    void shouldGrowByPartOfReservedLessFreeWhenPoolIsLarge() {
        assertThat(policy.next(4 * MIB, false, 600 * MIB, 0)).isEqualTo(100 * MIB);
        assertThat(policy.next(4 * MIB, false, 600 * MIB, 40 * MIB)).isEqualTo(60 * MIB);
        assertThat(policy.next(4 * MIB, false, 600 * MIB, 100 * MIB)).isEqualTo(16 * MIB);
    }

    @Test
    void shouldGrowByMostWhenPoolIsHuge() {
        assertThat(policy.next(4 * MIB, false, 6000 * MIB, 0)).isEqualTo(256 * MIB);
    }

    @Test
    void shouldTakeOwnSizeWhenRequestReachesLeastShared() {
        assertThat(policy.next(16 * MIB, false, 6000 * MIB, 0)).isEqualTo(16 * MIB);
        assertThat(policy.next(17 * MIB, false, 6000 * MIB, 0)).isEqualTo(18 * MIB);
        assertThat(policy.next(16 * MIB - 512, false, 600 * MIB, 0)).isGreaterThan(100 * MIB);
    }

    @Test
    void shouldShareSegmentWhenThirdOfReservedIsFreeAndNothingFits() {
        assertThat(policy.next(20 * MIB, false, 600 * MIB, 200 * MIB))
                .as("a third, no more")
                .isEqualTo(20 * MIB);
        assertThat(policy.next(20 * MIB, false, 600 * MIB, 200 * MIB + 512)).isEqualTo(100 * MIB);
        assertThat(policy.next(4 * MIB, false, 600 * MIB, 300 * MIB)).isEqualTo(100 * MIB);
        assertThat(policy.next(150 * MIB, false, 600 * MIB, 300 * MIB)).isEqualTo(150 * MIB);
    }

    @Test
    void shouldTakeOwnSizeWhenRequestIsHugeAndPoolFragmented() {
        assertThat(policy.next(512 * MIB, false, 6000 * MIB, 3000 * MIB)).isEqualTo(512 * MIB);
        assertThat(policy.next(200 * MIB, false, 6000 * MIB, 3000 * MIB)).isEqualTo(256 * MIB);
    }

    @Test
    void shouldTakeOwnSizeFrom512MibOnWhenSharedSegmentsMayBeLarger() {
        GrowthPolicy large = new GrowthPolicy(2 * MIB, 512, 1 / 6.0, 16 * MIB, 1024 * MIB);
        assertThat(large.next(510 * MIB, false, 12_000 * MIB, 6000 * MIB)).isEqualTo(1024 * MIB);
        assertThat(large.next(512 * MIB, false, 12_000 * MIB, 6000 * MIB)).isEqualTo(512 * MIB);
    }

    @Test
    void shouldHalveAndEndAtNeedWhenSizesAreRefused() {
        assertThat(policy.smaller(6 * MIB, 100 * MIB)).isEqualTo(50 * MIB);
        assertThat(policy.smaller(6 * MIB, 50 * MIB)).as("25, rounded up").isEqualTo(26 * MIB);
        assertThat(policy.smaller(6 * MIB, 26 * MIB)).isEqualTo(14 * MIB);
        assertThat(policy.smaller(6 * MIB, 14 * MIB)).isEqualTo(8 * MIB);
        assertThat(policy.smaller(6 * MIB, 8 * MIB)).isEqualTo(6 * MIB);
        assertThat(policy.smaller(6 * MIB, 6 * MIB)).isZero();
    }

    @Test
    void shouldTakeAllOfTheRoomWhenNoSegmentFits() {
        assertThat(policy.part(512, 512)).isEqualTo(512);
        assertThat(policy.part(512, 2 * MIB - 1)).as("in whole granules").isEqualTo(2 * MIB - 512);
        assertThat(policy.part(3 * MIB, 4 * MIB - 512)).isEqualTo(4 * MIB - 512);
    }

    @Test
    void shouldTakeNoPartWhenSegmentFitsOrRequestDoesNot() {
        assertThat(policy.part(512, 2 * MIB)).isZero();
        assertThat(policy.part(3 * MIB, 4 * MIB)).isZero();
        assertThat(policy.part(1024, 1023)).isZero();
        assertThat(policy.part(512, 0)).isZero();
        assertThat(policy.part(512, -MIB)).isZero();
    }

    @Test
    void shouldHalvePartsWhenTheyAreRefused() {
        assertThat(policy.smaller(512, 4608)).isEqualTo(2048);
        assertThat(policy.smaller(512, 1024)).isEqualTo(512);
        assertThat(policy.smaller(3072, 4608)).isEqualTo(3072);
        assertThat(policy.smaller(512, 512)).isZero();
    }

    @Property
    void shouldCoverNeedAndEndAtItWhenEverySizeIsRefused(
            @ForAll @LongRange(min = 12, max = 30) long segmentLog2,
            @ForAll @DoubleRange(max = 1) double factor,
            @ForAll @LongRange(max = 1L << 40) long mostBytes,
            @ForAll @LongRange(min = 1, max = 1L << 44) long size,
            @ForAll boolean small,
            @ForAll @LongRange(max = 1L << 44) long reserved,
            @ForAll @LongRange(max = 1L << 44) long free) {
        long segmentBytes = 1L << segmentLog2;
        GrowthPolicy any = new GrowthPolicy(segmentBytes, 512, factor, Math.max(16 * MIB, segmentBytes), mostBytes);
        long need = any.least(size);
        assertThat(need).isGreaterThanOrEqualTo(size);
        assertThat(need - size).isLessThan(segmentBytes);
        long target = any.next(size, small, reserved, Math.min(free, reserved));
        long last = 0;
        while (target != 0) {
            assertThat(target).isGreaterThanOrEqualTo(need);
            assertThat(target % segmentBytes).isZero();
            last = target;
            target = any.smaller(need, target);
            assertThat(target).as("smaller than the refused").isLessThan(last);
        }
        assertThat(last).as("the last size asked for").isEqualTo(need);
    }

    @Property
    void shouldNotAskForLessWhenPoolIsLarger(
            @ForAll @LongRange(min = 1, max = 1L << 30) long size,
            @ForAll @LongRange(max = 1L << 40) long a,
            @ForAll @LongRange(max = 1L << 40) long b) {
        assertThat(policy.next(size, false, Math.min(a, b), 0))
                .isLessThanOrEqualTo(policy.next(size, false, Math.max(a, b), 0));
    }

    @Property
    void shouldNotExceedMostByMoreThanOneRequestWhenSegmentIsShared(
            @ForAll @LongRange(min = 1, max = 1L << 34) long size,
            @ForAll @LongRange(max = 1L << 44) long reserved,
            @ForAll @LongRange(max = 1L << 44) long free) {
        long target = policy.next(size, false, reserved, Math.min(free, reserved));
        assertThat(target).isLessThan(Math.max(256 * MIB, policy.least(size)) + size + 2 * MIB);
    }
}
