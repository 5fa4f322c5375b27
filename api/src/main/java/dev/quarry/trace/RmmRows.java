package dev.quarry.trace;

import java.io.IOException;
import org.eclipse.collections.impl.map.mutable.primitive.LongIntHashMap;
import org.eclipse.collections.impl.set.mutable.primitive.IntHashSet;

/** The rows of a log of RMM's {@code logging_resource_adaptor}. */
final class RmmRows implements RowSource {
    private static final int TIME = 1;
    private static final int ACTION = 2;
    private static final int POINTER = 3;
    private static final int SIZE = 4;
    private static final int STREAM = 5;
    private static final int LARGEST_NUMBER = 0xffff;
    /** CUDA's own handles: 0 and 1 the default stream, 2 the default stream of the thread. */
    private static final int FIRST_FREE_NUMBER = 3;

    private final LineReader lines;
    private final RmmClock clock = new RmmClock();
    private final LongIntHashMap numbers = new LongIntHashMap();
    private final IntHashSet used = new IntHashSet();
    private int nextNumber = FIRST_FREE_NUMBER;

    /** Starts after the header, which is the reader's present line. */
    RmmRows(LineReader lines) {
        this.lines = lines;
    }

    @Override
    public boolean next(Row row) throws IOException {
        while (lines.nextLine()) {
            lines.require(6, TraceFormat.RMM.header());
            boolean failed = lines.is(ACTION, "allocate failure");
            row.allocation = failed || isAllocation();
            row.bytes = lines.number(SIZE, "Size", 0, Long.MAX_VALUE);
            if (!failed && row.bytes > 0) {
                read(row);
                return true;
            }
        }
        return false;
    }

    private void read(Row row) {
        row.line = lines.line();
        row.idColumn = lines.column(POINTER);
        row.id = pointer(POINTER, "Pointer");
        row.bytesColumn = lines.column(SIZE);
        row.stream = stream();
        row.timeNanos = clock.nanos(lines, TIME);
    }

    private boolean isAllocation() {
        if (lines.is(ACTION, "allocate")) {
            return true;
        }
        if (lines.is(ACTION, "free")) {
            return false;
        }
        throw lines.unexpected(ACTION, "Action", "allocate, allocate failure or free");
    }

    /** Reads a pointer as RMM does: hexadecimal, with or without 0x, or what printf makes of a null pointer. */
    private long pointer(int field, String name) {
        if (lines.is(field, "(nil)")) {
            return 0;
        }
        int length = lines.length(field);
        boolean prefixed = length > 2 && lines.at(field, 0) == '0' && lines.at(field, 1) == 'x';
        long value = length == 0 ? -1 : 0;
        for (int i = prefixed ? 2 : 0; i < length && value >= 0; i++) {
            int digit = Character.digit(lines.at(field, i), 16);
            value = digit < 0 || value >>> 59 != 0 ? -1 : value << 4 | digit;
        }
        if (value < 0) {
            throw lines.unexpected(field, name, "a hexadecimal number below 2^63");
        }
        return value;
    }

    /** Returns the stream's number: small handles as they are, others the next one that no stream has. */
    private int stream() {
        boolean hexadecimal = (lines.length(STREAM) > 1 && lines.at(STREAM, 1) == 'x') || lines.is(STREAM, "(nil)");
        long handle = hexadecimal ? pointer(STREAM, "Stream") : lines.number(STREAM, "Stream", 0, Long.MAX_VALUE);
        int known = numbers.getIfAbsent(handle, -1);
        if (known >= 0) {
            return known;
        }
        int number = handle <= LARGEST_NUMBER && !used.contains((int) handle) ? (int) handle : unusedNumber();
        used.add(number);
        numbers.put(handle, number);
        return number;
    }

    private int unusedNumber() {
        while (used.contains(nextNumber)) {
            nextNumber++;
        }
        return nextNumber;
    }
}
