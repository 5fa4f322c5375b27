package dev.quarry;

import java.lang.foreign.MemorySegment;

/**
 * An ordered queue of work on a device, and the order in which memory allocated on it is reused.
 *
 * <p>Work on one stream runs in the order in which it was enqueued; work on two streams is ordered by events alone.
 * Thread-safe; work enqueued by two threads without synchronization of their own is in some order.
 *
 * <p>A stream is identified by its generation number and not by the driver's handle, which drivers reuse.
 */
public interface Stream extends AutoCloseable {
    /** Returns the device whose work this stream orders. */
    Device device();

    /** Returns the generation number: unique in the process, never reused. */
    long generation();

    /** Returns the driver's handle, for calls into the driver by other libraries. */
    long handle();

    /**
     * Asks the driver what the stream is doing.
     *
     * @throws IllegalStateException if the stream is closed, also while its work still runs: an event recorded before
     *     the close tells when that is complete
     */
    StreamState state();

    /**
     * Records the present end of the queue.
     *
     * @return the event, owned by the caller
     * @throws IllegalStateException if the stream is closed or captures a graph
     */
    Event record();

    /**
     * Lets all later work on this stream wait for an event, on the device; the host goes on.
     *
     * @throws IllegalStateException if the stream or the event is closed
     */
    void waitFor(Event event);

    /**
     * Waits on the host until all work enqueued so far is complete. An interrupt is kept and does not end the wait.
     *
     * @throws IllegalStateException if the stream is closed
     */
    void synchronize();

    /**
     * Enqueues a copy between two allocations, and marks both as used on this stream.
     *
     * @param source where from
     * @param sourceOffset first byte read
     * @param target where to
     * @param targetOffset first byte written
     * @param bytes how many, zero or more
     * @throws IndexOutOfBoundsException if a range lies outside its allocation
     * @throws IllegalStateException if the stream or an allocation is closed
     */
    void copy(Allocation source, long sourceOffset, Allocation target, long targetOffset, long bytes);

    /**
     * Enqueues a copy of native host memory into the front of an allocation, and marks the allocation as used on this
     * stream.
     *
     * <p>The caller keeps {@code source} alive and unchanged until the copy is complete, which may be long after this
     * call: devices read it by its address, and memory that is closed too early can crash the process. Only the CPU
     * plugin can tell, since its copies are Java's own: closing the shared arena of {@code source} too early makes its
     * stream {@linkplain StreamState#LOST lost}, an automatic arena lives on for the copy. A confined arena is as
     * dangerous there as anywhere.
     *
     * @param source native memory; a heap segment is refused
     * @throws IllegalArgumentException if {@code source} is no native memory
     * @throws IndexOutOfBoundsException if {@code source} is larger than the target
     * @throws IllegalStateException if the stream, the allocation or {@code source} is closed
     * @throws WrongThreadException if {@code source} is confined to another thread
     */
    void upload(MemorySegment source, Allocation target);

    /**
     * Enqueues a copy of the front of an allocation into native host memory, and marks the allocation as used on this
     * stream. The caller keeps {@code target} alive until the copy is complete, for the reasons that {@link #upload}
     * gives.
     *
     * @param target native memory, as large as what is to be copied; a heap segment is refused
     * @throws IllegalArgumentException if {@code target} is no native memory, or read-only
     * @throws IndexOutOfBoundsException if {@code target} is larger than the source
     * @throws IllegalStateException if the stream, the allocation or {@code target} is closed
     * @throws WrongThreadException if {@code target} is confined to another thread
     */
    void download(Allocation source, MemorySegment target);

    /**
     * Enqueues writing one value to every byte of a range, and marks the allocation as used on this stream.
     *
     * @throws IndexOutOfBoundsException if the range lies outside the allocation
     * @throws IllegalStateException if the stream or the allocation is closed
     */
    void fill(Allocation target, long offset, long bytes, byte value);

    /** Returns whether {@link #close()} was not called yet. */
    boolean isOpen();

    /**
     * Hands the memory cached for this stream over to all others, behind one event, and gives the stream back if Quarry
     * made it. Does not wait for the stream's work. Allocations of this stream stay valid and are closed as before.
     *
     * <p>A stream that captures a graph stays open, and so does the wrapper of one: nothing can be recorded on it that says when
     * what was freed in its order may be reused. Of a {@linkplain Device#borrowStream borrowed} stream nothing is asked: its
     * wrapper is not to be closed during a capture. {@link Quarry#close()} closes streams in any case; memory that a stream
     * which captures then has freed is given back with the process.
     *
     * @throws IllegalStateException if it was closed before, is the device's default stream, or captures a graph
     */
    @Override
    void close();
}
