package dev.quarry.internal.cache;

import dev.quarry.internal.index.BlockTable;
import dev.quarry.internal.index.SizeClasses;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The first cache level: small freed blocks of one domain, last in, first out, by size class.
 *
 * <p>A hit takes one compare-and-set and touches one row of the block table. Nobody ever waits for a cache: a thread that
 * finds it taken goes to the index instead. Only {@link #drain} insists, and holders keep it for nanoseconds. Blocks in a
 * cache do not coalesce, so a cache is bounded in bytes, and gives all back when it stays full of sizes that nobody asks
 * for.
 */
public final class StreamCache {
    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(StreamCache.class, "taken", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Refused offers, in a row, after which a full cache counts as stale. */
    private static final int STALE_AFTER = 1024;

    private final BlockTable table;
    private final SizeClasses classes;

    /** Guards all fields below; through {@code TAKEN}. */
    @SuppressWarnings("UnusedVariable")
    private boolean taken;

    private final int[][] bins;
    private final int[] counts;
    private long bytes;
    private long limitBytes;
    private long limitBlockBytes;
    private int refused;
    private long hits;
    private long returns;
    private long bytesOut;
    private long bytesIn;
    private long requestedOut;
    private long requestedIn;

    /** Makes an empty cache for classes up to {@code largest} bytes. */
    public StreamCache(BlockTable table, SizeClasses classes, long largest) {
        this.table = table;
        this.classes = classes;
        int number = classes.classOf(classes.round(largest)) + 1;
        this.bins = new int[number][0];
        this.counts = new int[number];
    }

    /** Changes the bounds; what is above them stays until it is drained. */
    public void limit(long cacheBytes, long blockBytes) {
        lock();
        limitBytes = cacheBytes;
        limitBlockBytes = blockBytes;
        unlock();
    }

    /**
     * Takes a block of a class.
     *
     * @param sizeClass the class of the rounded request
     * @param requested bytes asked for, for the statistics
     * @return the block, whose size is the class's, or 0
     */
    public int poll(int sizeClass, long requested) {
        if (sizeClass >= counts.length || !TAKEN.compareAndSet(this, false, true)) {
            return 0;
        }
        int block = 0;
        int count = counts[sizeClass];
        if (count > 0) {
            counts[sizeClass] = count - 1;
            block = bins[sizeClass][count - 1];
            long size = table.size(block);
            bytes -= size;
            bytesOut += size;
            hits++;
            requestedOut += requested;
        }
        TAKEN.setRelease(this, false);
        return block;
    }

    /**
     * Keeps a freed block, if there is room and nobody else is here.
     *
     * @return whether it was kept
     */
    public boolean offer(int block, long size, int owner, long requested) {
        if (!TAKEN.compareAndSet(this, false, true)) {
            return false;
        }
        boolean kept = size <= limitBlockBytes && bytes + size <= limitBytes;
        if (kept) {
            table.setOwner(block, owner, BlockTable.CACHED);
            push(classes.classOf(size), block);
            bytes += size;
            bytesIn += size;
            returns++;
            requestedIn += requested;
            refused = 0;
        } else {
            refused++;
        }
        TAKEN.setRelease(this, false);
        return kept;
    }

    /** Returns whether the cache has been full for long and should be drained. */
    public boolean isStale() {
        return refused > STALE_AFTER && bytes > 0;
    }

    /** Returns whether nothing is held. */
    public boolean isEmpty() {
        lock();
        boolean empty = bytes == 0;
        unlock();
        return empty;
    }

    /** Empties the cache; the consumer is called with the cache taken and must not come back to it. */
    public void drain(IntConsumer consumer) {
        lock();
        for (int sizeClass = 0; sizeClass < counts.length; sizeClass++) {
            for (int i = 0; i < counts[sizeClass]; i++) {
                consumer.accept(bins[sizeClass][i]);
            }
            counts[sizeClass] = 0;
        }
        bytes = 0;
        refused = 0;
        unlock();
    }

    /** Visits all blocks. */
    public void forEach(IntConsumer visitor) {
        lock();
        for (int sizeClass = 0; sizeClass < counts.length; sizeClass++) {
            for (int i = 0; i < counts[sizeClass]; i++) {
                visitor.accept(bins[sizeClass][i]);
            }
        }
        unlock();
    }

    /**
     * What a cache holds and has done.
     *
     * @param bytes bytes held
     * @param hits blocks given out
     * @param returns blocks kept
     * @param bytesOut bytes of the blocks given out
     * @param bytesIn bytes of the blocks kept
     * @param requestedOut bytes asked for by the blocks given out
     * @param requestedIn bytes that had been asked for by the blocks kept
     */
    public record Counters(
            long bytes, long hits, long returns, long bytesOut, long bytesIn, long requestedOut, long requestedIn) {
        /** Nothing held, nothing done. */
        public static final Counters NONE = new Counters(0, 0, 0, 0, 0, 0, 0);

        /** Returns the sums of this and other counters. */
        public Counters plus(Counters other) {
            return new Counters(
                    bytes + other.bytes,
                    hits + other.hits,
                    returns + other.returns,
                    bytesOut + other.bytesOut,
                    bytesIn + other.bytesIn,
                    requestedOut + other.requestedOut,
                    requestedIn + other.requestedIn);
        }
    }

    /** Returns the counters at one moment. */
    public Counters counters() {
        lock();
        Counters counters = new Counters(bytes, hits, returns, bytesOut, bytesIn, requestedOut, requestedIn);
        unlock();
        return counters;
    }

    private void push(int sizeClass, int block) {
        int count = counts[sizeClass];
        int[] bin = bins[sizeClass];
        if (count == bin.length) {
            bin = Arrays.copyOf(bin, Math.max(8, count * 2));
            bins[sizeClass] = bin;
        }
        bin[count] = block;
        counts[sizeClass] = count + 1;
    }

    private void lock() {
        while (!TAKEN.compareAndSet(this, false, true)) {
            Thread.onSpinWait();
        }
    }

    private void unlock() {
        TAKEN.setRelease(this, false);
    }
}
