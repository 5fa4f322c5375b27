package dev.quarry.trace;

import java.io.IOException;
import org.eclipse.collections.impl.list.mutable.primitive.IntArrayList;
import org.eclipse.collections.impl.list.mutable.primitive.LongArrayList;

/** The rows of a lifetimes file as events: read whole, then merged by time, frees before allocations. */
final class LifetimeRows implements RowSource {
    private static final int ID = 0;
    private static final int LOWER = 1;
    private static final int UPPER = 2;
    private static final int SIZE = 3;

    private final LineReader lines;
    private final LongArrayList ids = new LongArrayList();
    private final LongArrayList lower = new LongArrayList();
    private final LongArrayList upper = new LongArrayList();
    private final LongArrayList bytes = new LongArrayList();
    private final IntArrayList births = new IntArrayList();
    private final IntArrayList deaths = new IntArrayList();
    private boolean loaded;
    private boolean numbered = true;
    private int born;
    private int dead;

    /** Starts after the header, which is the reader's present line. */
    LifetimeRows(LineReader lines) {
        this.lines = lines;
    }

    @Override
    public boolean next(Row row) throws IOException {
        if (!loaded) {
            load();
            loaded = true;
        }
        if (dead == deaths.size()) {
            return false;
        }
        row.allocation = born < births.size() && lower.get(births.get(born)) < upper.get(deaths.get(dead));
        int buffer = row.allocation ? births.get(born++) : deaths.get(dead++);
        row.id = numbered ? ids.get(buffer) : buffer;
        row.bytes = bytes.get(buffer);
        row.line = buffer + 2L; // after the header, which is line 1
        row.idColumn = 1;
        row.bytesColumn = 1;
        return true;
    }

    private void load() throws IOException {
        while (lines.nextLine()) {
            lines.require(4, TraceFormat.LIFETIMES.header());
            births.add(births.size());
            deaths.add(deaths.size());
            numbered = numbered && isNumber();
            ids.add(numbered ? lines.number(ID, "id", 0, Long.MAX_VALUE) : 0);
            long begin = lines.number(LOWER, "lower", 0, Long.MAX_VALUE - 1);
            lower.add(begin);
            upper.add(lines.number(UPPER, "upper", begin + 1, Long.MAX_VALUE));
            bytes.add(lines.number(SIZE, "size", 1, Long.MAX_VALUE));
        }
        births.sortThis((a, b) -> compare(lower, a, b));
        deaths.sortThis((a, b) -> compare(upper, a, b));
    }

    private boolean isNumber() {
        int length = lines.length(ID);
        boolean number = length > 0 && length < 19;
        for (int i = 0; i < length && number; i++) {
            number = lines.at(ID, i) >= '0' && lines.at(ID, i) <= '9';
        }
        return number;
    }

    private static int compare(LongArrayList times, int a, int b) {
        int byTime = Long.compare(times.get(a), times.get(b));
        return byTime != 0 ? byTime : Integer.compare(a, b);
    }
}
