package dev.quarry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryStatistics.DriverCalls;
import dev.quarry.MemoryStatistics.Family;
import dev.quarry.MemoryStatistics.Hits;
import dev.quarry.MemoryStatistics.LostHandles;
import org.junit.jupiter.api.Test;

class MemoryStatisticsTest {
    private static final Family NONE = new Family(0, 0, 0, 0);

    @Test
    void shouldBeUnfragmentedWhenNothingIsFree() {
        assertThat(statistics(0, 0, 0, 0).fragmentation()).isZero();
    }

    @Test
    void shouldBeUnfragmentedWhenFreeMemoryIsOneBlock() {
        assertThat(statistics(4096, 4096, 0, 0).fragmentation()).isZero();
    }

    @Test
    void shouldTellPartOutsideLargestBlockWhenFreeMemoryIsScattered() {
        assertThat(statistics(1000, 250, 0, 0).fragmentation()).isEqualTo(0.75);
    }

    @Test
    void shouldBeFullyEfficientWhenNothingWasReserved() {
        assertThat(statistics(0, 0, 0, 0).efficiency()).isEqualTo(1);
    }

    @Test
    void shouldDividePeaksWhenMemoryWasReserved() {
        assertThat(statistics(0, 0, 300, 400).efficiency()).isEqualTo(0.75);
    }

    @Test
    void shouldStayExactEnoughWhenFiguresAreHuge() {
        MemoryStatistics huge = statistics(1L << 62, 1L << 60, 1L << 61, 1L << 62);
        assertThat(huge.fragmentation()).isEqualTo(0.75);
        assertThat(huge.efficiency()).isEqualTo(0.5);
    }

    /** The current values differ from the peaks, so that a mix-up shows. */
    private static MemoryStatistics statistics(long free, long largest, long allocatedPeak, long reservedPeak) {
        return new MemoryStatistics(
                NONE,
                NONE,
                new Family(allocatedPeak / 3, allocatedPeak, 0, 0),
                new Family(reservedPeak / 5, reservedPeak, 0, 0),
                NONE,
                7,
                11,
                free,
                largest,
                new Hits(0, 0, 0, 0),
                new DriverCalls(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                0,
                0,
                new LostHandles(0, 0, 0));
    }
}
