package dev.quarry.internal.pool;

import dev.quarry.internal.cache.StreamCache;
import dev.quarry.internal.device.DriverStream;
import dev.quarry.internal.device.StreamClient;
import dev.quarry.internal.index.FreeIndex;
import dev.quarry.internal.segment.Padded;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An order in which memory is reused: a stream's, or the host's, which owns what no work can touch any more.
 *
 * <p>A domain owns free blocks, in its cache and its index. Each block in the index carries the domain's sequence number
 * at its free; a {@link Mark} covers all blocks up to a number. Another domain may take a block once it is ordered behind
 * a mark that covers it: by a wait on its own stream, or because the mark is complete on the host.
 */
final class Domain extends Padded implements StreamClient {
    /** The number of the host's domain, and the owner of free blocks whose last use is known to be complete. */
    static final int HOST = 0;

    /** The sequence of a mark that covers everything, also what is freed later: the last one of a closed stream. */
    static final long EVERYTHING = Long.MAX_VALUE;

    /** Size in bytes from which on an allocation counts as more than one in the choice of those that are watched. */
    static final long WEIGHED_BYTES = 64 << 20;

    private static final int COUNTDOWN = 24;

    private final int id;
    private final DevicePool pool;
    private final @Nullable DriverStream stream;
    private final boolean borrowed;
    private final StreamCache cache;
    private final FreeIndex small;
    private final FreeIndex large;

    /** Counts frees into the index; guarded by the heap's lock. */
    private long sequence;

    /** Guarded by the gate, in ascending order of their sequence. */
    private final ArrayDeque<Mark> marks = new ArrayDeque<>();

    /** Blocks up to this number are known to be complete on the host; written under the gate. */
    private volatile long completed;

    /** Up to where this domain's stream has waited for others; guarded by the gate. */
    private final Map<Domain, Long> seen = new HashMap<>();

    /** Counts down at each allocation, in the middle of a cache line's length of nothing on each side. */
    private final int[] untilSample = new int[2 * COUNTDOWN];

    /** The stream is closed; written under the gate and the heap's lock. */
    private volatile boolean ended;

    Domain(
            int id,
            DevicePool pool,
            @Nullable DriverStream stream,
            StreamCache cache,
            FreeIndex small,
            FreeIndex large) {
        this.id = id;
        this.pool = pool;
        this.stream = stream;
        this.borrowed = stream != null && stream.isBorrowed();
        this.cache = cache;
        this.small = small;
        this.large = large;
    }

    int id() {
        return id;
    }

    DevicePool pool() {
        return pool;
    }

    /** Returns the stream, or {@code null} for the host's domain. */
    @Nullable
    DriverStream stream() {
        return stream;
    }

    StreamCache cache() {
        return cache;
    }

    /** Returns the free blocks in segments for small requests, or those in the others. */
    FreeIndex index(boolean ofSmall) {
        return ofSmall ? small : large;
    }

    long indexedBytes() {
        return small.bytes() + large.bytes();
    }

    boolean isEmpty() {
        return small.count() + large.count() == 0;
    }

    boolean isHost() {
        return id == HOST;
    }

    /** Returns whether blocks freed here must be put behind an event at once, as nothing may be asked of the stream later. */
    boolean isBorrowed() {
        return borrowed;
    }

    /** Returns whether frees need the driver at once. */
    boolean recordsFrees() {
        return borrowed && !ended;
    }

    /** Sets after how many allocations the first sample is due. */
    void startSampling(int oneIn) {
        untilSample[COUNTDOWN] = oneIn;
    }

    /** Returns whether the next sample is due, of which there is one in some number of allocations; 0 for none. */
    boolean isSampleDue(int oneIn) {
        // Not synchronized: a count lost between threads moves the next sample, and nothing else.
        if (--untilSample[COUNTDOWN] > 0) {
            return false;
        }
        untilSample[COUNTDOWN] = oneIn;
        return oneIn > 0;
    }

    /** Lets the allocation that is being made be a sample. */
    void sampleNext() {
        untilSample[COUNTDOWN] = Math.min(untilSample[COUNTDOWN], 1);
    }

    /** Lets an allocation that no cache served bring the next sample closer, by its size. */
    void weigh(long size) {
        untilSample[COUNTDOWN] = (int) Math.max(0, untilSample[COUNTDOWN] - size / WEIGHED_BYTES);
    }

    long sequence() {
        return sequence;
    }

    long nextSequence() {
        return ++sequence;
    }

    ArrayDeque<Mark> marks() {
        return marks;
    }

    boolean isCompleted(long upTo) {
        return upTo <= completed;
    }

    /** Returns the number up to which all that was freed is known to be complete. */
    long completed() {
        return completed;
    }

    void setCompleted(long upTo) {
        completed = upTo;
    }

    /** Returns whether all that was ever freed here is complete, and the stream closed. */
    boolean isGone() {
        return ended && completed == EVERYTHING;
    }

    long seen(Domain other) {
        return seen.getOrDefault(other, 0L);
    }

    void setSeen(Domain other, long upTo) {
        seen.put(other, upTo);
    }

    void forget(Domain other) {
        seen.remove(other);
    }

    boolean isEnded() {
        return ended;
    }

    void end() {
        ended = true;
    }

    @Override
    public void streamCloses() {
        pool.domains().end(this);
    }

    @Override
    public String toString() {
        return stream == null ? "host" : stream.toString();
    }
}
