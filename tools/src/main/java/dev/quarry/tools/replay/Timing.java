package dev.quarry.tools.replay;

import dev.quarry.tools.io.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The time of warm replays: medians over samples, in nanoseconds per operation, which is an allocation with its free.
 *
 * <p>Measured as the peers were: after a {@linkplain WarmUp warm-up}, a sample is as many whole replays back to back as take
 * at least 5 ms; two samples are dropped before the first that counts.
 *
 * @param cpuNanos thread CPU time
 * @param wallNanos wall time of a thread
 * @param throughputNanos wall time from the first start to the last end, per operation of all threads
 * @param garbageBytes bytes allocated on the Java heap per operation
 */
record Timing(double cpuNanos, double wallNanos, double throughputNanos, double garbageBytes) {
    private static final long SAMPLE_NANOS = 5_000_000;
    private static final double MARGIN = 1.1;
    private static final int DROPPED = 2;

    /** Measures with a number of samples, one at least. */
    static Timing measure(Sampler sampler, int repeat, Progress progress) {
        progress.phase("warming up");
        WarmUp warmUp = new WarmUp();
        long replays = 1;
        Sample sample = sampler.sample(replays);
        while (!warmUp.isOver() || sample.elapsedNanos() < SAMPLE_NANOS) {
            replays = enough(replays, sample);
            sample = sampler.sample(replays);
        }
        replays = enough(replays, sample);
        WarmUp.touchHeap();
        List<Sample> samples = new ArrayList<>();
        for (int i = -DROPPED; i < repeat; ) {
            progress.phase("timing", Math.max(i, 0), repeat);
            sample = sampler.sample(replays);
            if (sample.elapsedNanos() < SAMPLE_NANOS) {
                replays = enough(replays, sample);
            } else if (i++ >= 0) {
                samples.add(sample);
            }
        }
        return new Timing(
                median(samples, Sample::cpuNanos),
                median(samples, Sample::wallNanos),
                median(samples, Sample::throughputNanos),
                median(samples, Sample::garbageBytes));
    }

    /** Returns how many replays fill a sample, judged by one. */
    private static long enough(long replays, Sample sample) {
        double perReplay = Math.max(1, sample.elapsedNanos()) / (double) replays;
        return (long) Math.ceil(SAMPLE_NANOS * MARGIN / perReplay);
    }

    private static double median(List<Sample> samples, ToDoubleFunction<Sample> value) {
        double[] sorted = samples.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
