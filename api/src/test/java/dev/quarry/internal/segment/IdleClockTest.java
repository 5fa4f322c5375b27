package dev.quarry.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock over a time that the test sets. */
class IdleClockTest {
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MANY = 5000;

    private final BlockStore blocks = new BlockStore();
    private long now;
    private int readings;
    private IdleClock clock = clock(0);

    @ParameterizedTest
    @ValueSource(longs = {0, -5, Long.MAX_VALUE - 3 * 1_000_000_000L, Long.MIN_VALUE})
    void shouldTimeEverySegmentWhenTheyBecomeEmptySlowly(long start) {
        clock = clock(start);
        for (int i = 0; i < 1000; i++) {
            Segment segment = segment();
            clock.start(segment);
            assertThat(segment.isTimed()).as("segment %d", i).isTrue();
            assertThat(segment.emptySince()).isEqualTo(now);
            now += LONG_NANOS;
            assertThat(clock.since(segment)).isEqualTo(now - LONG_NANOS);
        }
    }

    @Test
    void shouldTimeFirstOnesWhenSegmentsBecomeEmptyQuickly() {
        for (int i = 0; i < 4; i++) {
            Segment segment = segment();
            now++;
            clock.start(segment);
            assertThat(segment.isTimed()).isTrue();
            assertThat(segment.emptySince()).isEqualTo(now);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5, Long.MAX_VALUE - 3000, Long.MIN_VALUE})
    void shouldReadTimeSeldomWhenSegmentsBecomeEmptyQuickly(long start) {
        clock = clock(start);
        int before = readings;
        List<Segment> untimed = startQuickly();
        assertThat(readings - before).isBetween(1, MANY / 10).isEqualTo(MANY - untimed.size());
    }

    @Test
    void shouldCountFromFirstQuestionWhenSegmentIsNotTimed() {
        Segment segment = startQuickly().getFirst();
        now += LONG_NANOS;
        long asked = now;
        assertThat(clock.since(segment)).isEqualTo(asked);
        now += LONG_NANOS;
        assertThat(clock.since(segment)).isEqualTo(asked);
        assertThat(segment.isTimed()).isTrue();
        assertThat(segment.emptySince()).isEqualTo(asked);
    }

    @Test
    void shouldAskForEachSegmentApartWhenSeveralAreNotTimed() {
        List<Segment> untimed = startQuickly();
        long first = ++now;
        assertThat(clock.since(untimed.getFirst())).isEqualTo(first);
        long second = ++now;
        assertThat(clock.since(untimed.getLast())).isEqualTo(second);
        assertThat(clock.since(untimed.getFirst())).isEqualTo(first);
    }

    @Test
    void shouldTimeNextOneWhenAttendingAfterManyBecameEmptyQuickly() {
        startQuickly();
        clock.attend();
        now += LONG_NANOS;
        Segment segment = segment();
        clock.start(segment);
        assertThat(segment.isTimed()).isTrue();
        assertThat(segment.emptySince()).isEqualTo(now);
    }

    @Test
    void shouldForgetOldTimeWhenSegmentBecomesEmptyAgainUntimed() {
        Segment segment = segment();
        clock.start(segment);
        assertThat(segment.isTimed()).isTrue();
        for (int i = 0; i < MANY && segment.isTimed(); i++) {
            now++;
            clock.start(segment);
        }
        assertThat(segment.isTimed()).isFalse();
        now += LONG_NANOS;
        assertThat(clock.since(segment)).isEqualTo(now);
    }

    @Test
    void shouldNeverTellTooEarlyWhenSegmentsBecomeEmptyQuickly() {
        for (int i = 0; i < MANY; i++) {
            Segment segment = segment();
            long emptied = ++now;
            clock.start(segment);
            now++;
            assertThat(clock.since(segment)).isBetween(emptied, now);
        }
    }

    @Test
    void shouldTimeEverySegmentAgainWhenTheyBecomeEmptySlowlyAgain() {
        startQuickly();
        int untimed = 0;
        for (int i = 0; i < MANY; i++) {
            Segment segment = segment();
            now += LONG_NANOS;
            clock.start(segment);
            untimed += segment.isTimed() ? 0 : 1;
            if (i >= 1000) {
                assertThat(segment.isTimed()).as("segment %d", i).isTrue();
                assertThat(segment.emptySince()).isEqualTo(now);
            }
        }
        assertThat(untimed).as("left from the quick ones").isLessThan(1000);
    }

    @Test
    void shouldNotTakeHasteForHabitWhenPausesComeBetween() {
        for (int round = 0; round < 500; round++) {
            now += LONG_NANOS;
            for (int i = 0; i < 4; i++) {
                Segment segment = segment();
                now++;
                clock.start(segment);
                assertThat(segment.isTimed()).isTrue();
            }
        }
    }

    /** Lets many segments become empty a nanosecond apart; returns those that were not timed. */
    private List<Segment> startQuickly() {
        List<Segment> untimed = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            Segment segment = segment();
            now++;
            clock.start(segment);
            if (segment.isTimed()) {
                assertThat(segment.emptySince()).isEqualTo(now);
            } else {
                untimed.add(segment);
            }
        }
        assertThat(untimed).isNotEmpty();
        return untimed;
    }

    private IdleClock clock(long start) {
        now = start;
        return new IdleClock(() -> {
            readings++;
            return now;
        });
    }

    private Segment segment() {
        return new Segment(4096, 4096, false, false, blocks);
    }
}
