package dev.quarry.cpu.internal;

import java.lang.foreign.Arena;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Streams on threads of their own; the time limit only turns a hang into a failure. */
@Timeout(120)
abstract class StreamsCase {
    static final long MIB = 1 << 20;

    final CpuStreams streams = new CpuStreams();
    final CountDownLatch gate = new CountDownLatch(1);
    final Arena arena = Arena.ofShared();
    private boolean closed;

    @AfterEach
    void tearDown() {
        gate.countDown();
        close();
        arena.close();
    }

    /** Closes the streams before the end of the test. */
    void close() {
        if (!closed) {
            closed = true;
            streams.close();
        }
    }

    long recordedOn(long stream) {
        long event = streams.createEvent();
        streams.record(event, stream);
        return event;
    }
}
