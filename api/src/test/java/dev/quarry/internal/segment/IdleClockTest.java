package dev.quarry.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IdleClockTest {
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(1);

    private long now = 1_000_000_000;
    private int readings;
    private final IdleClock clock = new IdleClock(() -> {
        readings++;
        return now;
    });
    private final Segment segment = new SegmentTable(new BlockStore(), clock).add(4096, 4096, false, false);

    @Test
    void shouldTellWhenSegmentBecameEmptyWhenAskedLater() {
        clock.start(segment);
        long then = now;
        now += 10 * MOMENT;
        assertThat(clock.since(segment)).isEqualTo(then);
    }

    @Test
    void shouldTimeEachWhenTheyComeSlowly() {
        for (int i = 0; i < 1000; i++) {
            now += MOMENT;
            clock.start(segment);
            assertThat(segment.isTimed()).isTrue();
            assertThat(clock.since(segment)).isEqualTo(now);
        }
    }

    @Test
    void shouldReadTimeSeldomWhenTheyComeQuickly() {
        for (int i = 0; i < 10_000; i++) {
            now++;
            clock.start(segment);
        }
        assertThat(readings).isLessThan(500);
    }

    @Test
    void shouldCountFromFirstQuestionWhenSegmentWasNotTimed() {
        while (segment.isTimed() || readings < 3) {
            clock.start(segment);
        }
        now += 50 * MOMENT;
        assertThat(clock.since(segment)).as("the first question").isEqualTo(now);
        long first = now;
        now += 50 * MOMENT;
        assertThat(clock.since(segment)).as("the second one").isEqualTo(first);
    }

    @Test
    void shouldTimeAgainWhenQuickTimesAreOver() {
        for (int i = 0; i < 10_000; i++) {
            clock.start(segment);
        }
        int slow = 0;
        do {
            now += MOMENT;
            clock.start(segment);
            slow++;
        } while (!segment.isTimed());
        assertThat(slow).isLessThan(300);
        for (int i = 0; i < 100; i++) {
            now += MOMENT;
            clock.start(segment);
            assertThat(segment.isTimed()).isTrue();
        }
    }
}
