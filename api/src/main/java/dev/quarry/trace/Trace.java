package dev.quarry.trace;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A whole trace in arrays, made for replay: ids are dense slots, streams dense indices, and what the file leaves live is
 * freed by operations that were appended.
 *
 * <p>Operations are numbered from 0 on; the first {@link #rows()} are the file's. 16 bytes an operation. Immutable and
 * thread-safe.
 */
public final class Trace {
    private final int rows;
    private final int allocations;
    private final int slots;
    private final long livePeakBytes;
    /** By operation: the slot of an allocation, the complement of the slot of a free. */
    private final int[] codes;

    private final long[] bytes;
    /** By operation: the stream's index, or its complement for a free on another stream than the allocation's. */
    private final int[] streams;

    private final int[] streamNumbers;

    Trace(TraceBuilder from, TraceReader reader, int rows) {
        this.rows = rows;
        this.allocations = from.allocations();
        this.slots = reader.live().slots();
        this.livePeakBytes = reader.livePeakBytes();
        this.codes = from.codes();
        this.bytes = from.bytes();
        this.streams = from.streams();
        this.streamNumbers = from.streamNumbers();
    }

    /**
     * Reads a file of any {@link TraceFormat}.
     *
     * @throws IOException if the file cannot be read
     * @throws TraceFormatException if it is malformed
     */
    public static Trace read(Path file) throws IOException {
        try (TraceReader reader = TraceReader.open(file)) {
            TraceBuilder builder = new TraceBuilder();
            while (reader.next()) {
                builder.add(reader);
            }
            int rows = builder.operations();
            builder.freeAll(reader.live());
            return new Trace(builder, reader, rows);
        }
    }

    /** Returns the number of events in the file. */
    public int rows() {
        return rows;
    }

    /** Returns the number of operations: the file's events, and a free for each block that it leaves live. */
    public int operations() {
        return codes.length;
    }

    /** Returns the number of allocations. */
    public int allocations() {
        return allocations;
    }

    /** Returns the number of slots: the greatest number of blocks live at once. */
    public int slots() {
        return slots;
    }

    /** Returns the greatest sum of the sizes of live blocks, in bytes. */
    public long livePeakBytes() {
        return livePeakBytes;
    }

    /** Returns whether an operation is an allocation, else it is a free. */
    public boolean isAllocation(int operation) {
        return codes[operation] >= 0;
    }

    /** Returns the slot of an operation's block, from 0 to {@link #slots()} - 1; unique among live blocks. */
    public int slot(int operation) {
        int code = codes[operation];
        return code ^ code >> 31;
    }

    /** Returns the size of an operation's block in bytes, one or more. */
    public long bytes(int operation) {
        return bytes[operation];
    }

    /** Returns the index of an operation's stream, from 0 to {@link #streams()} - 1. */
    public int stream(int operation) {
        int stream = streams[operation];
        return stream ^ stream >> 31;
    }

    /** Returns whether an operation is a free on another stream than its allocation's. */
    public boolean isForeignFree(int operation) {
        return streams[operation] < 0;
    }

    /** Returns the number of different streams. */
    public int streams() {
        return streamNumbers.length;
    }

    /** Returns the number that the file gives a stream, 0 for the default stream. */
    public int streamNumber(int stream) {
        return streamNumbers[stream];
    }
}
