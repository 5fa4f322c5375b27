package dev.quarry.trace;

import java.io.IOException;

/** The rows of a file in Quarry's own format. */
final class QuarryRows implements RowSource {
    private static final String LAYOUT = "a,<id>,<bytes>,<stream> or f,<id>,0,<stream>";
    private static final int OP = 0;
    private static final int ID = 1;
    private static final int SIZE = 2;
    private static final int STREAM = 3;
    private static final int TIME = 4;
    private static final int TAG = 5;

    private final LineReader lines;
    private final boolean timed;
    private final boolean tagged;

    /** Starts after the header, which is the reader's present line. */
    QuarryRows(LineReader lines) {
        this.lines = lines;
        this.timed = lines.fields() > TIME && lines.is(TIME, "t_ns");
        this.tagged = lines.fields() > TAG && lines.is(TAG, "tag");
    }

    @Override
    public boolean next(Row row) throws IOException {
        if (!lines.nextLine()) {
            return false;
        }
        lines.require(4, LAYOUT);
        row.line = lines.line();
        row.allocation = isAllocation();
        row.idColumn = lines.column(ID);
        row.id = lines.number(ID, "id", 0, Long.MAX_VALUE);
        row.bytesColumn = lines.column(SIZE);
        row.bytes = row.allocation ? lines.number(SIZE, "size", 1, Long.MAX_VALUE) : 0;
        row.stream = (int) lines.number(STREAM, "stream", 0, Integer.MAX_VALUE);
        row.timeNanos = timed && has(TIME) ? lines.number(TIME, "t_ns", 0, Long.MAX_VALUE) : -1;
        row.tag = tagged && has(TAG) ? lines.text(TAG) : "";
        return true;
    }

    private boolean isAllocation() {
        if (lines.is(OP, "a")) {
            return true;
        }
        if (lines.is(OP, "f")) {
            return false;
        }
        throw lines.unexpected(OP, "op", "a or f");
    }

    private boolean has(int field) {
        return lines.fields() > field && lines.length(field) > 0;
    }
}
