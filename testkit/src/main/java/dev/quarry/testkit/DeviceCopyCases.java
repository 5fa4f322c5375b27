package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.MemoryKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Copies and fills of a device, byte by byte, and the order in which they run. */
interface DeviceCopyCases extends DeviceSubject {
    @Test
    default void shouldChangeExactlyTheRangeWhenCopyingAndFilling() {
        long size = 70_000;
        for (MemoryKind kind : driver().kinds()) {
            assumeTrue(hasContents(kind), "there is no memory to look at");
            long source = take(kind, size, 64);
            long target = take(kind, size, 64);
            long stream = streams().createStream();
            MemorySegment pattern = pattern(size);
            MemorySegment nines = Arena.ofAuto().allocate(size).fill((byte) 9);
            for (long[] range : new long[][] {{0, 0, 1}, {3, 5, 7}, {1, 2, 4097}, {64, 0, 65_536}, {0, 0, size}}) {
                write(kind, pattern, source);
                write(kind, nines, target);
                streams().copy(stream, source + range[0], target + range[1], range[2]);
                streams().synchronize(stream);
                checkCopied(pattern, read(kind, target, size), range);
                streams().fill(stream, target + range[1], range[2], (byte) -3);
                streams().synchronize(stream);
                checkFilled(read(kind, target, size), range[1], range[2], (byte) -3);
            }
            streams().destroyStream(stream);
            driver().free(kind, source, size);
            driver().free(kind, target, size);
        }
    }

    @Test
    default void shouldRunInOrderWhenStreamWaitsForAnother() {
        long size = 1 << 20;
        for (MemoryKind kind : driver().kinds()) {
            assumeTrue(hasContents(kind), "there is no memory to look at");
            long address = take(kind, size, 64);
            long first = streams().createStream();
            long second = streams().createStream();
            long event = streams().createEvent();
            for (int round = 0; round < 50; round++) {
                byte last = (byte) round;
                for (int i = 0; i < 5; i++) {
                    streams().fill(first, address, size, (byte) (100 + i));
                }
                streams().record(event, first);
                streams().waitFor(second, event);
                streams().fill(second, address, size, last);
                streams().record(event, second);
                streams().waitFor(first, event);
                assertThat(streams().await(event, Long.MAX_VALUE)).isTrue();
                checkFilled(read(kind, address, size), 0, size, last);
            }
            streams().synchronize(first);
            streams().destroyEvent(event);
            streams().destroyStream(first);
            streams().destroyStream(second);
            driver().free(kind, address, size);
        }
    }

    @Test
    default void shouldKeepBytesWhenTheyPassThroughAllKinds() {
        long size = 300_001;
        long stream = streams().createStream();
        MemorySegment pattern = pattern(size);
        for (MemoryKind from : driver().kinds()) {
            for (MemoryKind to : driver().kinds()) {
                assumeTrue(hasContents(from) && hasContents(to), "there is no memory to look at");
                long source = take(from, size, 64);
                long target = take(to, size, 64);
                write(from, pattern, source);
                streams().copy(stream, source, target, size);
                streams().synchronize(stream);
                assertThat(read(to, target, size).mismatch(pattern))
                        .as("first byte that differs from %s to %s", from, to)
                        .isEqualTo(-1);
                driver().free(from, source, size);
                driver().free(to, target, size);
            }
        }
        streams().destroyStream(stream);
    }

    private static MemorySegment pattern(long bytes) {
        MemorySegment segment = Arena.ofAuto().allocate(bytes);
        for (long i = 0; i < bytes; i++) {
            segment.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7 + 1));
        }
        return segment;
    }

    private static void checkCopied(MemorySegment from, MemorySegment to, long[] range) {
        MemorySegment copied = to.asSlice(range[1], range[2]);
        assertThat(copied.mismatch(from.asSlice(range[0], range[2]))).isEqualTo(-1);
        checkFilled(to, 0, range[1], (byte) 9);
        long end = range[1] + range[2];
        checkFilled(to, end, to.byteSize() - end, (byte) 9);
    }

    private static void checkFilled(MemorySegment segment, long offset, long bytes, byte value) {
        for (long i = offset; i < offset + bytes; i++) {
            byte found = segment.get(ValueLayout.JAVA_BYTE, i);
            if (found != value) {
                throw new AssertionError("byte " + i + " is " + found + " (expected: " + value + ")");
            }
        }
    }
}
