package dev.quarry.trace;

import java.util.Arrays;
import org.eclipse.collections.impl.list.mutable.primitive.IntArrayList;
import org.eclipse.collections.impl.map.mutable.primitive.IntIntHashMap;

/** The arrays of a {@link Trace} while they grow. */
final class TraceBuilder {
    private static final int INITIAL = 1 << 12;

    private final IntIntHashMap streamIndices = new IntIntHashMap();
    private final IntArrayList streamNumbers = new IntArrayList();
    private int[] codes = new int[INITIAL];
    private long[] bytes = new long[INITIAL];
    private int[] streams = new int[INITIAL];
    private int operations;
    private int allocations;

    /** Adds the reader's present event. */
    void add(TraceReader event) {
        if (event.isAllocation()) {
            allocations++;
        }
        int code = event.isAllocation() ? event.slot() : ~event.slot();
        add(code, event.bytes(), event.stream(), event.isForeignFree());
    }

    /** Adds a free for every live block, by ascending id, on the stream of its allocation. */
    void freeAll(LiveBlocks live) {
        for (long id : live.sortedIds()) {
            int slot = live.find(id);
            add(~slot, live.bytes(slot), live.stream(slot), false);
        }
    }

    private void add(int code, long size, int streamNumber, boolean foreign) {
        if (operations == codes.length) {
            int length = operations + operations / 2;
            codes = Arrays.copyOf(codes, length);
            bytes = Arrays.copyOf(bytes, length);
            streams = Arrays.copyOf(streams, length);
        }
        int stream = streamIndices.getIfAbsent(streamNumber, -1);
        if (stream < 0) {
            stream = streamNumbers.size();
            streamNumbers.add(streamNumber);
            streamIndices.put(streamNumber, stream);
        }
        codes[operations] = code;
        bytes[operations] = size;
        streams[operations++] = foreign ? ~stream : stream;
    }

    int operations() {
        return operations;
    }

    int allocations() {
        return allocations;
    }

    int[] codes() {
        return Arrays.copyOf(codes, operations);
    }

    long[] bytes() {
        return Arrays.copyOf(bytes, operations);
    }

    int[] streams() {
        return Arrays.copyOf(streams, operations);
    }

    int[] streamNumbers() {
        return streamNumbers.toArray();
    }
}
