package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.StreamState;
import dev.quarry.spi.DriverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Copies from and to segments whose arenas end before the copy runs. */
class CpuStreamsSegmentTest extends StreamsCase {
    @Test
    void shouldLoseStreamWhenSegmentIsClosedBeforeCopyRuns() {
        for (Arena life : List.of(Arena.ofShared(), Arena.ofConfined())) {
            CountDownLatch closed = new CountDownLatch(1);
            MemorySegment segment = life.allocate(64 * MIB);
            MemorySegment memory = arena.allocate(64 * MIB);
            long up = streams.createStream();
            long down = streams.createStream();
            streams.enqueue(up, TestWork.gate(closed));
            streams.enqueue(down, TestWork.gate(closed));
            streams.upload(up, segment, memory.address());
            streams.download(down, memory.address(), segment);
            life.close();
            closed.countDown();

            assertLost(up);
            assertLost(down);
        }
    }

    @Test
    void shouldLoseStreamOrCompleteWhenSharedSegmentIsClosedDuringCopy() {
        for (int round = 0; round < 20; round++) {
            Arena life = Arena.ofShared();
            MemorySegment segment = life.allocate(16 * MIB);
            MemorySegment memory = arena.allocate(16 * MIB);
            long stream = streams.createStream();
            streams.upload(stream, segment, memory.address());
            life.close();

            try {
                streams.synchronize(stream);
                assertThat(streams.state(stream)).isEqualTo(StreamState.IDLE);
            } catch (DriverException e) {
                assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
                assertThat(streams.state(stream)).isEqualTo(StreamState.LOST);
            }
        }
    }

    @Test
    void shouldCopyWhenSegmentIsConfinedToCaller() {
        try (Arena confined = Arena.ofConfined()) {
            MemorySegment source = confined.allocate(2 * MIB + 5);
            MemorySegment target = confined.allocate(2 * MIB + 5);
            MemorySegment memory = arena.allocate(2 * MIB + 5);
            Pattern.write(source, 5);
            long stream = streams.createStream();
            streams.upload(stream, source.asReadOnly(), memory.address());
            streams.download(stream, memory.address(), target);
            streams.synchronize(stream);
            Pattern.check(memory, 5);
            Pattern.check(target, 5);
        }
    }

    private void assertLost(long stream) {
        assertThatExceptionOfType(DriverException.class)
                .isThrownBy(() -> streams.synchronize(stream))
                .withMessageContaining("copy(0x")
                .withMessageContaining("Already closed")
                .withCauseInstanceOf(IllegalStateException.class);
        assertThat(streams.state(stream)).isEqualTo(StreamState.LOST);
    }
}
