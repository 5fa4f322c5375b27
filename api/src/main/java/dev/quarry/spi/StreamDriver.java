package dev.quarry.spi;

import dev.quarry.StreamState;
import java.lang.foreign.MemorySegment;

/**
 * Streams, events, copies and fills of a device, by the driver's own handles.
 *
 * <p>Handles are valid from their creation to their destruction; the caller keeps to that. Thread-safe.
 */
@Incubating
public interface StreamDriver {
    /** Returns the handle of the stream that always exists. */
    long defaultStream();

    /** Makes a stream that runs independently of all others. */
    long createStream();

    /** Gives a stream back; work enqueued on it still completes. */
    void destroyStream(long stream);

    /** Asks what a stream is doing. Never blocks. */
    StreamState state(long stream);

    /** Waits on the host until all work on a stream is complete. */
    void synchronize(long stream);

    /** Makes an event that was not recorded yet and counts as complete. */
    long createEvent();

    /** Gives an event back; waits already put on streams stay in force. */
    void destroyEvent(long event);

    /** Moves an event to the present end of a stream's queue. */
    void record(long event, long stream);

    /** Returns whether an event's last recording is complete. Never blocks. */
    boolean isComplete(long event);

    /**
     * Waits on the host for an event's last recording.
     *
     * @param timeoutNanos how long at most, in nanoseconds; {@code Long.MAX_VALUE} for without limit
     * @return whether it is complete
     */
    boolean await(long event, long timeoutNanos);

    /** Lets later work on a stream wait for an event's last recording, on the device. */
    void waitFor(long stream, long event);

    /**
     * Enqueues a copy between addresses that the device or the host can reach; which ones, the driver finds out.
     *
     * @param stream where to enqueue
     * @param source first byte read
     * @param target first byte written
     * @param bytes a positive number
     */
    void copy(long stream, long source, long target, long bytes);

    /**
     * Enqueues a copy out of native memory that somebody else may close before the copy runs. Here its address is all
     * that is kept; a driver whose copies are Java's own overrides this, so that closed memory ends the stream and not
     * the process.
     *
     * @param source alive at the call, not empty
     */
    default void upload(long stream, MemorySegment source, long target) {
        copy(stream, source.address(), target, source.byteSize());
    }

    /** Enqueues a copy into such native memory, as {@link #upload} does out of it. */
    default void download(long stream, long source, MemorySegment target) {
        copy(stream, source, target.address(), target.byteSize());
    }

    /** Enqueues writing one value to every byte of a range. */
    void fill(long stream, long address, long bytes, byte value);
}
