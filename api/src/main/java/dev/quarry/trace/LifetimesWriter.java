package dev.quarry.trace;

import java.io.IOException;
import java.util.Arrays;
import org.eclipse.collections.impl.list.mutable.primitive.LongArrayList;
import org.eclipse.collections.impl.map.mutable.primitive.LongIntHashMap;

/** A writer of lifetimes, which keeps all blocks until the close: about 40 bytes each. */
final class LifetimesWriter extends TraceWriter {
    private static final long STILL_LIVE = -1;

    private final LineWriter lines;
    private final LongIntHashMap live = new LongIntHashMap();
    private final LongArrayList ids = new LongArrayList();
    private final LongArrayList lower = new LongArrayList();
    private final LongArrayList upper = new LongArrayList();
    private final LongArrayList sizes = new LongArrayList();
    private long events;

    LifetimesWriter(LineWriter lines) {
        this.lines = lines;
    }

    @Override
    void writeAllocation(long id, long bytes, int stream, long timeNanos, String tag) {
        live.put(id, ids.size());
        ids.add(id);
        lower.add(events++);
        upper.add(STILL_LIVE);
        sizes.add(bytes);
    }

    @Override
    void writeFree(long id, long bytes, int stream, long timeNanos) {
        int block = live.removeKeyIfAbsent(id, -1);
        if (block < 0) {
            throw new IllegalArgumentException("id = " + id + " (expected: the id of a live block)");
        }
        upper.set(block, events++);
    }

    @Override
    public void close() throws IOException {
        if (lines.isClosed()) {
            return;
        }
        try (lines) {
            boolean unique = areUnique(ids.toArray());
            lines.text(TraceFormat.LIFETIMES.header()).endLine();
            for (int i = 0; i < ids.size(); i++) {
                long end = upper.get(i) == STILL_LIVE ? events : upper.get(i);
                lines.number(unique ? ids.get(i) : i).character(',').number(lower.get(i));
                lines.character(',')
                        .number(end)
                        .character(',')
                        .number(sizes.get(i))
                        .endLine();
            }
        }
    }

    private static boolean areUnique(long[] values) {
        Arrays.sort(values);
        for (int i = 1; i < values.length; i++) {
            if (values[i] == values[i - 1]) {
                return false;
            }
        }
        return true;
    }
}
