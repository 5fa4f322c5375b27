package dev.quarry.trace;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A sink for the events of a trace, in one of the {@linkplain TraceFormat formats}.
 *
 * <p>Writes what it is given: that ids are unique among live blocks is up to the caller. Not thread-safe.
 */
public abstract class TraceWriter implements Closeable {
    TraceWriter() {}

    /**
     * Starts a trace.
     *
     * <p>{@link TraceFormat#QUARRY} has the columns {@code t_ns} and {@code tag} if the first event has a time or a tag.
     * {@link TraceFormat#LIFETIMES} takes the number of the event as time, from 0 on; blocks that are never freed live up
     * to the number of events. It is written at the close, by order of allocation; where an id was used more than once,
     * all are replaced by the number of the allocation. {@link TraceFormat#RMM} takes the id as pointer and cuts times to
     * microseconds.
     *
     * @param out closed with the writer; need not be buffered
     * @throws IOException if {@code out} fails
     */
    public static TraceWriter to(OutputStream out, TraceFormat format) throws IOException {
        LineWriter lines = new LineWriter(out);
        return switch (format) {
            case QUARRY -> new QuarryTraceWriter(lines);
            case RMM -> new RmmTraceWriter(lines);
            case LIFETIMES -> new LifetimesWriter(lines);
        };
    }

    /**
     * Writes an allocation.
     *
     * @param id zero or more
     * @param bytes one or more
     * @param stream zero or more
     * @param timeNanos nanoseconds since the first event, or -1 for not known
     * @param tag what the block is for, or an empty text; without comma and line break
     * @throws IllegalArgumentException if an argument is out of its range; nothing is written then
     * @throws IOException if the output fails
     */
    public final void allocate(long id, long bytes, int stream, long timeNanos, String tag) throws IOException {
        check(id, bytes, stream);
        if (tag.indexOf(',') >= 0 || tag.indexOf('\n') >= 0 || tag.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("tag = \"" + tag + "\" (expected: no comma and no line break)");
        }
        writeAllocation(id, bytes, stream, timeNanos, tag);
    }

    /**
     * Writes a free.
     *
     * @param id as in the allocation
     * @param bytes as in the allocation
     * @param stream in whose order the block is freed
     * @param timeNanos nanoseconds since the first event, or -1 for not known
     * @throws IllegalArgumentException if an argument is out of its range; nothing is written then
     * @throws IOException if the output fails
     */
    public final void free(long id, long bytes, int stream, long timeNanos) throws IOException {
        check(id, bytes, stream);
        writeFree(id, bytes, stream, timeNanos);
    }

    /** Writes a reader's present event. */
    public final void write(TraceReader event) throws IOException {
        if (event.isAllocation()) {
            allocate(event.id(), event.bytes(), event.stream(), event.timeNanos(), event.tag());
        } else {
            free(event.id(), event.bytes(), event.stream(), event.timeNanos());
        }
    }

    abstract void writeAllocation(long id, long bytes, int stream, long timeNanos, String tag) throws IOException;

    abstract void writeFree(long id, long bytes, int stream, long timeNanos) throws IOException;

    /** Writes what is left, a header at least, and closes the output. Does nothing the second time. */
    @Override
    public abstract void close() throws IOException;

    private static void check(long id, long bytes, int stream) {
        if (id < 0 || bytes <= 0 || stream < 0) {
            throw new IllegalArgumentException("id = " + id + ", bytes = " + bytes + ", stream = " + stream
                    + " (expected: id and stream at least 0, bytes at least 1)");
        }
    }
}
