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
            assumeTrue(canView(kind), "there is no memory to look at");
            long source = take(kind, size, 64);
            long target = take(kind, size, 64);
            long stream = streams().createStream();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment from = driver().view(source, size, arena);
                MemorySegment to = driver().view(target, size, arena);
                for (long[] range : new long[][] {{0, 0, 1}, {3, 5, 7}, {1, 2, 4097}, {64, 0, 65_536}, {0, 0, size}}) {
                    pattern(from);
                    to.fill((byte) 9);
                    streams().copy(stream, source + range[0], target + range[1], range[2]);
                    streams().synchronize(stream);
                    checkCopied(from, to, range);
                    streams().fill(stream, target + range[1], range[2], (byte) -3);
                    streams().synchronize(stream);
                    checkFilled(to, range[1], range[2]);
                }
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
            assumeTrue(canView(kind), "there is no memory to look at");
            long address = take(kind, size, 64);
            long first = streams().createStream();
            long second = streams().createStream();
            long event = streams().createEvent();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment view = driver().view(address, size, arena);
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
                    checkFilled(view, 0, size, last);
                }
            }
            streams().synchronize(first);
            streams().destroyEvent(event);
            streams().destroyStream(first);
            streams().destroyStream(second);
            driver().free(kind, address, size);
        }
    }

    private static void pattern(MemorySegment segment) {
        for (long i = 0; i < segment.byteSize(); i++) {
            segment.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7 + 1));
        }
    }

    private static void checkCopied(MemorySegment from, MemorySegment to, long[] range) {
        MemorySegment copied = to.asSlice(range[1], range[2]);
        assertThat(copied.mismatch(from.asSlice(range[0], range[2]))).isEqualTo(-1);
        checkFilled(to, 0, range[1], (byte) 9);
        long end = range[1] + range[2];
        checkFilled(to, end, to.byteSize() - end, (byte) 9);
    }

    private static void checkFilled(MemorySegment segment, long offset, long bytes) {
        checkFilled(segment, offset, bytes, (byte) -3);
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
