package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.quarry.StreamState;
import dev.quarry.spi.DriverException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Copies and fills, the life of streams, and what becomes of one whose work fails. */
class CpuStreamsTest extends StreamsCase {
    @TempDir
    Path folder;

    @Test
    void shouldCopyEveryByteWhenLargerThanOneChunk() {
        long bytes = 3 * MIB + 777;
        MemorySegment source = arena.allocate(bytes);
        MemorySegment target = arena.allocate(bytes + 2);
        Pattern.write(source, 1);
        target.fill((byte) 77);
        long stream = streams.createStream();

        streams.copy(stream, source.address(), target.address() + 1, bytes);
        streams.synchronize(stream);

        Pattern.check(target.asSlice(1, bytes), 1);
        assertThat(target.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 77);
        assertThat(target.get(ValueLayout.JAVA_BYTE, bytes + 1)).isEqualTo((byte) 77);
        assertThat(streams.state(stream)).isEqualTo(StreamState.IDLE);
    }

    @Test
    void shouldCopyAsIfSourceWereReadFirstWhenRangesOverlap() {
        for (long shift : new long[] {1, 100, MIB + 3}) {
            long bytes = 2 * MIB + 50;
            MemorySegment memory = arena.allocate(bytes + shift);
            Pattern.write(memory.asSlice(0, bytes), 3);
            streams.copy(streams.defaultStream(), memory.address(), memory.address() + shift, bytes);
            streams.synchronize(streams.defaultStream());
            Pattern.check(memory.asSlice(shift, bytes), 3);

            Pattern.write(memory.asSlice(shift, bytes), 4);
            streams.copy(streams.defaultStream(), memory.address() + shift, memory.address(), bytes);
            streams.synchronize(streams.defaultStream());
            Pattern.check(memory.asSlice(0, bytes), 4);
        }
    }

    @Test
    void shouldKeepOrderWhenFillsAndCopiesMix() {
        MemorySegment a = arena.allocate(2 * MIB);
        MemorySegment b = arena.allocate(2 * MIB);
        long stream = streams.createStream();
        for (int i = 0; i < 50; i++) {
            streams.fill(stream, a.address(), a.byteSize(), (byte) i);
            streams.copy(stream, a.address(), b.address(), b.byteSize());
        }
        streams.fill(stream, a.address(), a.byteSize(), (byte) 99);
        streams.synchronize(stream);

        Pattern.checkAll(a, (byte) 99);
        Pattern.checkAll(b, (byte) 49);
    }

    @Test
    void shouldRunIndependentlyWhenAnotherStreamIsHeldUp() {
        long held = streams.createStream();
        long other = streams.createStream();
        streams.enqueue(held, TestWork.gate(gate));
        MemorySegment target = arena.allocate(64);
        streams.fill(other, target.address(), 64, (byte) 1);
        streams.synchronize(other);

        Pattern.checkAll(target, (byte) 1);
        assertThat(streams.state(held)).isEqualTo(StreamState.RUNNING);
    }

    @Test
    void shouldCompleteWorkWhenStreamIsDestroyed() {
        long stream = streams.createStream();
        MemorySegment target = arena.allocate(64);
        streams.enqueue(stream, TestWork.gate(gate));
        streams.fill(stream, target.address(), 64, (byte) 1);
        long event = recordedOn(stream);
        streams.destroyStream(stream);
        gate.countDown();
        streams.await(event, Long.MAX_VALUE);

        Pattern.checkAll(target, (byte) 1);
    }

    @Test
    void shouldCompleteWorkOfAllStreamsWhenClosed() {
        MemorySegment target = arena.allocate(8 * MIB);
        for (int i = 0; i < 8; i++) {
            long stream = streams.createStream();
            streams.fill(stream, target.address() + i * MIB, MIB, (byte) 5);
            if (i % 2 == 0) {
                streams.destroyStream(stream);
            }
        }
        close();

        Pattern.checkAll(target, (byte) 5);
        assertThatIllegalStateException().isThrownBy(() -> streams.synchronize(streams.defaultStream()));
    }

    @Test
    void shouldNameHandleWhenStale() {
        long stream = streams.createStream();
        long event = streams.createEvent();
        streams.destroyStream(stream);
        streams.destroyEvent(event);

        assertThatIllegalStateException()
                .isThrownBy(() -> streams.fill(stream, 4096, 1, (byte) 0))
                .withMessage("stream " + stream + " of cpu:0 does not exist any more");
        assertThatIllegalStateException()
                .isThrownBy(() -> streams.isComplete(event))
                .withMessage("event " + event + " of cpu:0 does not exist any more");
        assertThatIllegalStateException()
                .isThrownBy(() -> streams.state(4711))
                .withMessage("stream 4711 of cpu:0 does not exist");
        assertThatIllegalStateException().isThrownBy(() -> streams.destroyStream(stream));
        assertThatIllegalArgumentException().isThrownBy(() -> streams.destroyStream(streams.defaultStream()));
        assertThatIllegalArgumentException().isThrownBy(() -> streams.copy(streams.defaultStream(), 4096, 8192, 0));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldLoseStreamWhenCopySourceIsCutShort() throws IOException {
        Path file = folder.resolve("data");
        long stream = streams.createStream();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, MIB, arena);
            channel.truncate(0);
            streams.copy(stream, mapped.address(), arena.allocate(MIB).address(), MIB);
        }

        assertThatExceptionOfType(DriverException.class)
                .isThrownBy(() -> streams.synchronize(stream))
                .withMessageContaining("copy(0x")
                .withCauseInstanceOf(InternalError.class);
        assertThat(streams.state(stream)).isEqualTo(StreamState.LOST);
        assertThatExceptionOfType(DriverException.class).isThrownBy(() -> recordedOn(stream));
        streams.synchronize(streams.defaultStream());
        streams.destroyStream(stream);
    }
}
