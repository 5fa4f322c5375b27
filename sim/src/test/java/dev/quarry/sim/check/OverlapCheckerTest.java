package dev.quarry.sim.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OverlapCheckerTest {
    private final OverlapChecker checker = new OverlapChecker();

    @Test
    void shouldCountLiveBytesWhenAllocationsComeAndGo() {
        checker.allocated(1000, 100);
        checker.allocated(1100, 1);
        checker.allocated(900, 100);
        assertThat(checker.liveCount()).isEqualTo(3);
        assertThat(checker.liveBytes()).isEqualTo(201);
        checker.freed(1000);
        assertThat(checker.liveCount()).isEqualTo(2);
        assertThat(checker.liveBytes()).isEqualTo(101);
        checker.allocated(1000, 50);
        checker.allocated(1050, 50);
    }

    @Test
    void shouldThrowWhenAllocationOverlaps() {
        checker.allocated(1000, 100);
        for (long[] range : new long[][] {{1000, 100}, {999, 2}, {1099, 1}, {1010, 10}, {0, 5000}}) {
            assertThatThrownBy(() -> checker.allocated(range[0], range[1]))
                    .isInstanceOf(InvariantViolation.class)
                    .hasMessageStartingWith("I6: ")
                    .hasMessageContaining("overlaps the live one of 100 at 0x3e8");
        }
        assertThat(checker.liveCount()).isEqualTo(1);
    }

    @Test
    void shouldThrowWhenFreedIsNotLive() {
        checker.allocated(1000, 100);
        assertThatThrownBy(() -> checker.freed(1001)).isInstanceOf(InvariantViolation.class);
        checker.freed(1000);
        assertThatThrownBy(() -> checker.freed(1000))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("no live allocation begins at 0x3e8");
    }

    @Test
    void shouldRefuseWhenSizeIsNotPositive() {
        assertThatIllegalArgumentException().isThrownBy(() -> checker.allocated(1000, 0));
    }
}
