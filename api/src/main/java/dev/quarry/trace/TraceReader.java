package dev.quarry.trace;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A cursor over the events of a trace file of any {@link TraceFormat}, plain or gzip; makes no object per event.
 *
 * <pre>{@code
 * try (TraceReader trace = TraceReader.open(file)) {
 *     while (trace.next()) {
 *         System.out.println(trace.isAllocation() + " " + trace.id() + " " + trace.bytes());
 *     }
 * }
 * }</pre>
 *
 * <p>Every event is checked, the liveness of its id included. Memory is needed for the live blocks alone, except that
 * a file of {@linkplain TraceFormat#LIFETIMES lifetimes} is read whole. Not thread-safe.
 */
public final class TraceReader implements Closeable {
    private final LineReader lines;
    private final TraceFormat format;
    private final RowSource source;
    private final Row row = new Row();
    private final LiveBlocks live = new LiveBlocks();
    private int slot = -1;
    private boolean foreign;
    private long rows;

    private TraceReader(LineReader lines) throws IOException {
        this.lines = lines;
        if (!lines.nextLine()) {
            throw lines.error(1, "the file is empty", headers());
        }
        this.format = detect(lines);
        this.source = switch (format) {
            case QUARRY -> new QuarryRows(lines);
            case RMM -> new RmmRows(lines);
            case LIFETIMES -> new LifetimeRows(lines);
        };
    }

    /**
     * Opens a file and reads its header.
     *
     * @param file plain or gzip, told apart by the first bytes
     * @throws IOException if the file cannot be read
     * @throws TraceFormatException if no format has this header
     */
    public static TraceReader open(Path file) throws IOException {
        LineReader lines = new LineReader(file);
        try {
            return new TraceReader(lines);
        } catch (IOException | RuntimeException e) {
            lines.close();
            throw e;
        }
    }

    /**
     * Goes to the next event.
     *
     * @return whether there is one
     * @throws IOException if the file cannot be read
     * @throws TraceFormatException if the file is malformed there; the reader cannot go on then
     */
    public boolean next() throws IOException {
        if (!source.next(row)) {
            return false;
        }
        rows++;
        if (row.allocation) {
            allocate();
        } else {
            free();
        }
        return true;
    }

    private void allocate() {
        if (row.bytes > Long.MAX_VALUE - live.liveBytes()) {
            throw lines.error(
                    row.line, row.bytesColumn, "all live blocks are too large in sum", "less than 2^63 bytes");
        }
        slot = live.add(row.id, row.bytes, row.stream);
        if (slot < 0) {
            throw lines.error(row.line, row.idColumn, "id " + row.id + " is live already", "an id that is not live");
        }
        foreign = false;
    }

    private void free() {
        slot = live.find(row.id);
        if (slot < 0) {
            throw lines.error(row.line, row.idColumn, "id " + row.id + " is not live", "the id of a live block");
        }
        row.bytes = live.bytes(slot);
        foreign = row.stream != live.stream(slot);
        live.remove(slot);
    }

    /** Returns the format that the header told. */
    public TraceFormat format() {
        return format;
    }

    /** Returns whether the present event is an allocation, else it is a free. */
    public boolean isAllocation() {
        return row.allocation;
    }

    /** Returns the block's id: zero or more, unique among live blocks. */
    public long id() {
        return row.id;
    }

    /** Returns the block's size in bytes, one or more; of a free, that of its allocation. */
    public long bytes() {
        return row.bytes;
    }

    /** Returns the number of the event's stream, 0 for the default stream. */
    public int stream() {
        return row.stream;
    }

    /** Returns whether the event is a free on another stream than its allocation's. */
    public boolean isForeignFree() {
        return foreign;
    }

    /**
     * Returns the block's place in a dense numbering of the live blocks, from 0 on. A free gives its slot back, and the
     * slot given back last is taken first.
     */
    public int slot() {
        return slot;
    }

    /** Returns the event's time in nanoseconds since the first one, or -1 where the file tells none. */
    public long timeNanos() {
        return row.timeNanos;
    }

    /** Returns what the block is for, or an empty text. */
    public String tag() {
        return row.tag;
    }

    /** Returns the line on which the present event stands, 1 for the file's first. */
    public long line() {
        return row.line;
    }

    /** Returns the number of events so far. */
    public long rows() {
        return rows;
    }

    /** Returns the greatest sum of the sizes of live blocks so far, in bytes. */
    public long livePeakBytes() {
        return live.peakBytes();
    }

    /** Returns the blocks that are live now. */
    LiveBlocks live() {
        return live;
    }

    private static TraceFormat detect(LineReader lines) {
        for (TraceFormat format : TraceFormat.values()) {
            List<String> columns = format.columns();
            boolean matches = lines.fields() >= columns.size();
            for (int i = 0; i < columns.size() && matches; i++) {
                matches = lines.is(i, columns.get(i));
            }
            if (matches) {
                return format;
            }
        }
        throw lines.error(1, "unknown header " + lines.quotedLine(), headers());
    }

    private static String headers() {
        return Arrays.stream(TraceFormat.values()).map(TraceFormat::header).collect(Collectors.joining(" or "));
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
