package dev.quarry.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.tools.io.Progress;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimingTest {
    private final Progress progress = Progress.onTerminal(new PrintWriter(Writer.nullWriter()));
    private final List<Long> replays = new ArrayList<>();

    @Test
    void shouldTakeTheMedianOfSamplesOfAtLeastFiveMilliseconds() {
        long start = System.nanoTime();
        Timing timing = Timing.measure(sampler(400_000), 4, progress);
        assertThat(System.nanoTime() - start).isGreaterThan(2_000_000_000L);
        int samples = replays.size();
        assertThat(replays.subList(samples - 6, samples)).containsOnly(14L); // 5.6 ms each
        // sample n costs n: the last four count, and the middle two of these are averaged
        assertThat(timing.cpuNanos()).isEqualTo(samples - 1.5);
        assertThat(timing.wallNanos()).isEqualTo(2 * (samples - 1.5));
    }

    @Test
    void shouldTakeOneReplayWhereThatIsLongEnough() {
        Timing.measure(sampler(3_000_000_000L), 1, progress);
        assertThat(replays).containsOnly(1L);
    }

    private Sampler sampler(long nanosPerReplay) {
        return new Sampler() {
            @Override
            public Sample sample(long count) {
                replays.add(count);
                double cost = replays.size();
                pause();
                return new Sample(count * nanosPerReplay, cost, 2 * cost, 3 * cost, 0);
            }

            @Override
            public void close() {
                // nothing was started
            }
        };
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
