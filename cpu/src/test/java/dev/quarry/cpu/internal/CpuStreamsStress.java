package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;

/** Random copies and fills on streams that all threads share, ordered by events, against arrays on the heap. */
class CpuStreamsStress {
    private static final int STREAMS = 5;
    private static final int BUFFERS = 6;
    private static final int BYTES = 4096;
    private static final int STEPS = 2000;

    @RepeatedTest(50)
    @Timeout(120)
    void shouldEndAsOnOneThreadWhenEventsOrderTheWork(RepetitionInfo repetition) throws InterruptedException {
        CpuStreams streams = new CpuStreams();
        long[] shared = new long[STREAMS];
        Arrays.setAll(shared, i -> streams.createStream());
        Crew.run(3, 5, worker -> {
            long seed = repetition.getCurrentRepetition() * 1000L + worker;
            try (Arena arena = Arena.ofShared()) {
                new Program(streams, shared, arena, new Random(seed)).run("seed " + seed);
            }
        });
        streams.close();
    }

    /** One thread's buffers, each with an event of its last use, and what they should hold. */
    private static final class Program {
        private final CpuStreams streams;
        private final long[] shared;
        private final Random random;
        private final MemorySegment[] buffers = new MemorySegment[BUFFERS];
        private final long[] lastUse = new long[BUFFERS];
        private final byte[][] expected = new byte[BUFFERS][BYTES];

        Program(CpuStreams streams, long[] shared, Arena arena, Random random) {
            this.streams = streams;
            this.shared = shared;
            this.random = random;
            for (int i = 0; i < BUFFERS; i++) {
                buffers[i] = arena.allocate(BYTES);
                lastUse[i] = streams.createEvent();
            }
        }

        void run(String description) {
            for (int step = 0; step < STEPS; step++) {
                int source = random.nextInt(BUFFERS);
                int target = random.nextInt(BUFFERS);
                int from = random.nextInt(BYTES);
                int to = random.nextInt(BYTES);
                int bytes = 1 + random.nextInt(BYTES - Math.max(from, to));
                long stream = shared[random.nextInt(STREAMS)];
                streams.waitFor(stream, lastUse[source]);
                streams.waitFor(stream, lastUse[target]);
                if (random.nextInt(4) == 0) {
                    byte value = (byte) step;
                    streams.fill(stream, buffers[target].address() + to, bytes, value);
                    Arrays.fill(expected[target], to, to + bytes, value);
                } else {
                    streams.copy(stream, buffers[source].address() + from, buffers[target].address() + to, bytes);
                    System.arraycopy(expected[source], from, expected[target], to, bytes);
                }
                streams.record(lastUse[source], stream);
                streams.record(lastUse[target], stream);
                if (random.nextInt(50) == 0) {
                    check(target, description);
                }
            }
            for (int i = 0; i < BUFFERS; i++) {
                check(i, description);
                streams.destroyEvent(lastUse[i]);
            }
        }

        private void check(int buffer, String description) {
            assertThat(streams.await(lastUse[buffer], Long.MAX_VALUE)).isTrue();
            assertThat(buffers[buffer].toArray(ValueLayout.JAVA_BYTE))
                    .as(description)
                    .isEqualTo(expected[buffer]);
        }
    }
}
