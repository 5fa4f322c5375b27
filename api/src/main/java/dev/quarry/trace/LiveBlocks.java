package dev.quarry.trace;

import java.util.Arrays;

/**
 * The blocks that are live at one moment of a trace: a map from ids to dense slots, which are reused last in, first out.
 *
 * <p>Open addressing with linear probing over the slots alone; ids stand once, by slot. About 30 bytes per live block.
 */
final class LiveBlocks {
    private static final int INITIAL = 1 << 10;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** By slot; of a free slot, the next free slot or -1. */
    private long[] ids = new long[INITIAL];

    private long[] bytes = new long[INITIAL];
    private int[] streams = new int[INITIAL];
    /** By hash: slot + 1, or 0. At most three quarters full. */
    private int[] table = new int[2 * INITIAL];

    private int slots;
    private int count;
    private int firstFree = -1;
    private long liveBytes;
    private long peakBytes;

    /** Adds a block; returns its slot, or -1 if the id is live already. */
    int add(long id, long size, int stream) {
        int at = probe(id);
        if (table[at] != 0) {
            return -1;
        }
        int slot = takeSlot();
        ids[slot] = id;
        bytes[slot] = size;
        streams[slot] = stream;
        table[at] = slot + 1;
        liveBytes += size;
        peakBytes = Math.max(peakBytes, liveBytes);
        if (++count > table.length / 4 * 3) {
            rehash();
        }
        return slot;
    }

    /** Returns a live block's slot, or -1. */
    int find(long id) {
        return table[probe(id)] - 1;
    }

    /** Removes a live block. */
    void remove(int slot) {
        int mask = table.length - 1;
        int hole = probe(ids[slot]);
        for (int i = (hole + 1) & mask; table[i] != 0; i = (i + 1) & mask) {
            int home = home(ids[table[i] - 1]);
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                table[hole] = table[i];
                hole = i;
            }
        }
        table[hole] = 0;
        liveBytes -= bytes[slot];
        count--;
        ids[slot] = firstFree;
        firstFree = slot;
    }

    long bytes(int slot) {
        return bytes[slot];
    }

    int stream(int slot) {
        return streams[slot];
    }

    /** Returns the sum of the sizes. */
    long liveBytes() {
        return liveBytes;
    }

    /** Returns the greatest sum of the sizes so far. */
    long peakBytes() {
        return peakBytes;
    }

    /** Returns the number of slots ever used: the greatest number of blocks live at once. */
    int slots() {
        return slots;
    }

    /** Returns the ids of all live blocks, ascending. */
    long[] sortedIds() {
        long[] live = new long[count];
        int n = 0;
        for (int entry : table) {
            if (entry != 0) {
                live[n++] = ids[entry - 1];
            }
        }
        Arrays.sort(live);
        return live;
    }

    private int takeSlot() {
        if (firstFree >= 0) {
            int slot = firstFree;
            firstFree = (int) ids[slot];
            return slot;
        }
        if (slots == ids.length) {
            int length = slots + slots / 2;
            ids = Arrays.copyOf(ids, length);
            bytes = Arrays.copyOf(bytes, length);
            streams = Arrays.copyOf(streams, length);
        }
        return slots++;
    }

    /** Returns the place of an id, or the empty place where it would be put. */
    private int probe(long id) {
        int mask = table.length - 1;
        int i = home(id);
        while (table[i] != 0 && ids[table[i] - 1] != id) {
            i = (i + 1) & mask;
        }
        return i;
    }

    private int home(long id) {
        return (int) ((id * GOLDEN) >>> (Long.numberOfLeadingZeros(table.length) + 1));
    }

    private void rehash() {
        int[] old = table;
        table = new int[old.length * 2];
        for (int entry : old) {
            if (entry != 0) {
                table[probe(ids[entry - 1])] = entry;
            }
        }
    }
}
