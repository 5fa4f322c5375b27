package dev.quarry.bench.peers;

import java.util.Arrays;

/**
 * What was measured of one candidate, in nanoseconds of a thread per operation.
 *
 * @param nanos the median over the timed iterations
 * @param least the quickest iteration
 * @param most the slowest iteration
 */
record Figure(double nanos, double least, double most) {
    /** Makes one of the iterations' values, of which there is at least one. */
    static Figure of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Figure(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** Returns half the distance of least and most as a part of the median. */
    double spread() {
        return (most - least) / 2 / nanos;
    }

    /** Returns how many times as fast as another candidate this one is. */
    double speedOver(Figure other) {
        return other.nanos / nanos;
    }
}
