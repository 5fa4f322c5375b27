package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sixteen threads that miss together: the pool grows as if they had come one after the other. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolMissTest {
    private static final int THREADS = 16;
    private static final int ROUNDS = 8;

    /** What the pool takes when all come one after the other, it takes when they come together. */
    @ParameterizedTest
    @ValueSource(longs = {512, 4 << 10, 48 << 10, 768 << 10, 1 << 20, 2 << 20, 5 << 20, 16 << 20, 20 << 20})
    void shouldReserveAsIfOneByOneWhenEqualRequestsMissTogether(long bytes) throws InterruptedException {
        long[] sizes = new long[THREADS];
        Arrays.fill(sizes, bytes);
        for (Thread.Builder threads : kinds()) {
            try (MissingThreads missing = new MissingThreads(threads, THREADS, false)) {
                MissingThreads.Result expected = missing.oneByOne(sizes);
                for (int round = 0; round < ROUNDS; round++) {
                    assertThat(missing.together(sizes)).isEqualTo(expected);
                }
            }
        }
    }

    /** Powers of two fill a segment without a gap, in whatever order they come. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReserveOneStepMoreThanNeededAtMostWhenSmallRequestsMissTogether(boolean ownStreams)
            throws InterruptedException {
        shouldReserveAtMost(ownStreams, 64 << 10, LongStream.range(0, THREADS).map(i -> 512L << (i % 8)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReserveOneStepMoreThanNeededAtMostWhenLargeRequestsMissTogether(boolean ownStreams)
            throws InterruptedException {
        shouldReserveAtMost(ownStreams, 4 << 20, LongStream.range(0, THREADS).map(i -> 2L << (20 + i % 2)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReserveOneStepOfEachSortMoreThanNeededAtMostWhenAllSizesMissTogether(boolean ownStreams)
            throws InterruptedException {
        LongStream sizes =
                LongStream.range(0, THREADS).map(i -> i % 2 == 0 ? 1024L << (i / 2) : 2L << (20 + (i / 2) % 2));
        shouldReserveAtMost(ownStreams, 4 << 20, sizes);
    }

    /** Bounds what is reserved by what is needed and a growth step of each sort that is asked for. */
    private static void shouldReserveAtMost(boolean ownStreams, long largest, LongStream requests)
            throws InterruptedException {
        long[] sizes = requests.toArray();
        long need = LongStream.of(sizes).sum();
        boolean small = LongStream.of(sizes).anyMatch(MissingThreads::isSmall);
        for (Thread.Builder threads : kinds()) {
            try (MissingThreads missing = new MissingThreads(threads, THREADS, ownStreams)) {
                for (int round = 0; round < 4 * ROUNDS; round++) {
                    MissingThreads.Result result = missing.together(sizes);
                    long step = MissingThreads.growthStep(largest, result.reserved());
                    long smallStep = small && !MissingThreads.isSmall(largest) ? MissingThreads.growthStep(1024, 0) : 0;
                    assertThat(result.allocated()).isEqualTo(need);
                    assertThat(result.reserved()).isBetween(need, need + step + smallStep);
                }
            }
        }
    }

    private static Thread.Builder[] kinds() {
        return new Thread.Builder[] {Thread.ofPlatform().daemon(), Thread.ofVirtual()};
    }
}
