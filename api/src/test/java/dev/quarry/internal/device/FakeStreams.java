package dev.quarry.internal.device;

import dev.quarry.StreamState;
import dev.quarry.spi.StreamDriver;

/** Streams whose work is complete when it is enqueued; handles count up. */
public final class FakeStreams implements StreamDriver {
    /** The handle of the default stream. */
    public static final long DEFAULT = 1000;

    private final FakeDriver driver;
    private StreamState state = StreamState.IDLE;
    private long streams = DEFAULT;
    private long events;

    FakeStreams(FakeDriver driver) {
        this.driver = driver;
    }

    /** Sets what all streams say that they are doing. */
    public void setState(StreamState state) {
        this.state = state;
    }

    /** Returns the number of events made so far. */
    public long eventsCreated() {
        return events;
    }

    @Override
    public long defaultStream() {
        driver.check("defaultStream");
        return DEFAULT;
    }

    @Override
    public long createStream() {
        return ++streams;
    }

    @Override
    public void destroyStream(long stream) {
        driver.note("destroyStream " + stream);
    }

    @Override
    public StreamState state(long stream) {
        return state;
    }

    @Override
    public void synchronize(long stream) {
        driver.note("synchronize " + stream);
    }

    @Override
    public long createEvent() {
        return ++events;
    }

    @Override
    public void destroyEvent(long event) {
        driver.note("destroyEvent");
    }

    @Override
    public void record(long event, long stream) {
        driver.note("record");
    }

    @Override
    public boolean isComplete(long event) {
        return true;
    }

    @Override
    public boolean await(long event, long timeoutNanos) {
        driver.note("await " + timeoutNanos);
        return true;
    }

    @Override
    public void waitFor(long stream, long event) {
        driver.note("waitFor " + stream + " " + event);
    }

    @Override
    public void copy(long stream, long source, long target, long bytes) {
        driver.note("copy " + bytes);
    }

    @Override
    public void fill(long stream, long address, long bytes, byte value) {
        driver.note("fill " + bytes);
    }
}
