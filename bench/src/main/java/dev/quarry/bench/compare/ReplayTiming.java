package dev.quarry.bench.compare;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/**
 * The time of warm replays by the rules of {@code quarry replay}: medians over samples, in nanoseconds per operation,
 * which is an allocation with its free.
 *
 * <p>After two seconds of warm-up, a sample is as many whole replays back to back as take at least 5 ms; two samples are
 * dropped before the first that counts.
 *
 * @param cpuNanos CPU time of the thread
 * @param wallNanos wall time
 */
record ReplayTiming(double cpuNanos, double wallNanos) {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long WARM_UP_NANOS = 2_000_000_000L;
    private static final long SAMPLE_NANOS = 5_000_000;
    private static final double MARGIN = 1.1;
    private static final int DROPPED = 2;

    /**
     * Measures.
     *
     * @param replay one whole replay
     * @param operations how many operations a replay has, one or more
     * @param repeat how many samples count, one or more
     */
    static ReplayTiming measure(Runnable replay, int operations, int repeat) {
        long start = System.nanoTime();
        long replays = 1;
        Sample sample = Sample.take(replay, replays);
        while (System.nanoTime() - start < WARM_UP_NANOS || sample.wallNanos < SAMPLE_NANOS) {
            replays = sample.enough();
            sample = Sample.take(replay, replays);
        }
        replays = sample.enough();
        double[] cpu = new double[repeat];
        double[] wall = new double[repeat];
        for (int i = -DROPPED; i < repeat; ) {
            sample = Sample.take(replay, replays);
            if (sample.wallNanos < SAMPLE_NANOS) {
                replays = sample.enough();
                continue;
            }
            if (i >= 0) {
                double each = (double) replays * operations;
                cpu[i] = sample.cpuNanos / each;
                wall[i] = sample.wallNanos / each;
            }
            i++;
        }
        return new ReplayTiming(median(cpu), median(wall));
    }

    /** Returns the median; sorts the values. */
    static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    /** Replays back to back, and what they took. */
    private record Sample(long replays, long cpuNanos, long wallNanos) {
        static Sample take(Runnable replay, long replays) {
            long cpu = THREADS.getCurrentThreadCpuTime();
            long wall = System.nanoTime();
            for (long i = 0; i < replays; i++) {
                replay.run();
            }
            long wallNanos = System.nanoTime() - wall;
            return new Sample(replays, THREADS.getCurrentThreadCpuTime() - cpu, wallNanos);
        }

        /** Returns how many replays fill a sample, judged by this one. */
        long enough() {
            double perReplay = Math.max(1, wallNanos) / (double) replays;
            return (long) Math.ceil(SAMPLE_NANOS * MARGIN / perReplay);
        }
    }
}
