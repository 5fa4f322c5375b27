package dev.quarry.internal.pool;

import dev.quarry.MemoryStatistics.LostHandles;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A pool's watched handles: those that are open, and those that were lost without a close and whose memory waits for
 * {@link Reclaim}. Thread-safe.
 */
final class Leaks {
    /** Lists by the blocks' numbers, so that threads seldom want the same one. */
    private static final int LISTS = 16;

    private final PoolCore core;
    private final WatchList[] lists;
    private final ConcurrentLinkedQueue<Watch> lost = new ConcurrentLinkedQueue<>();
    private final AtomicLong found = new AtomicLong();
    private final AtomicLong reclaimed = new AtomicLong();
    private final AtomicLong reclaimedBytes = new AtomicLong();

    /** Whether the process holds this object; a pool in which nothing is watched needs no thread. */
    private volatile boolean held;

    Leaks(PoolCore core) {
        this.core = core;
        this.lists = Stream.generate(WatchList::new).limit(LISTS).toArray(WatchList[]::new);
    }

    /** Returns the number of watched handles that were lost without a close. */
    long found() {
        return found.get();
    }

    /** Returns the number of watched handles that are open. */
    long watched() {
        return Arrays.stream(lists).mapToLong(WatchList::size).sum();
    }

    LostHandles statistics() {
        return new LostHandles(found.get(), reclaimed.get(), reclaimedBytes.get());
    }

    /** Begins a watch. */
    void keep(Watch watch) {
        if (!held) {
            Reaper.hold(this);
            held = true;
        }
        listOf(watch).add(watch);
    }

    /** Ends a watch without a loss. */
    void forget(Watch watch) {
        listOf(watch).remove(watch);
    }

    /** Takes note of a lost handle; the report follows, and where the option says so, the memory. */
    void lost(Watch watch) {
        forget(watch);
        boolean reclaims = watch.reclaims();
        String what = describe(watch) + ", made at " + place(watch) + ", was never closed, and its handle is lost"
                + (reclaims ? "; its memory is reclaimed" : "; its memory stays taken");
        if (reclaims) {
            lost.add(watch);
        }
        found.incrementAndGet();
        Reaper.report(this, what); // after that: the report looks whether somebody must see to the memory
    }

    /** Returns whether there is memory to reclaim. */
    boolean hasLost() {
        return !lost.isEmpty();
    }

    /** Returns a lost handle whose memory is to be reclaimed, the caller's from now on; {@code null} if there is none. */
    @Nullable
    Watch nextLost() {
        return lost.poll();
    }

    /** Counts memory that came back. */
    void countReclaimed(long bytes) {
        reclaimed.incrementAndGet();
        reclaimedBytes.addAndGet(bytes);
    }

    /** Writes a report, and lets memory of a closed pool go, for which nobody else asks any more. */
    void report(String what) {
        try {
            core.log("leak: " + what);
        } finally {
            if (core.isClosed() && hasLost()) {
                // The end of a pool may wait for its device.
                Thread.ofPlatform()
                        .daemon()
                        .name("quarry-reclaim")
                        .start(core.hostDomain().pool()::reclaimAtEnd);
            }
        }
    }

    /** Holds nothing any more: the pool's memory is gone. */
    void end() {
        Reaper.release(this);
    }

    /** Says what was lost: a child pool's name and a tag, where there are. */
    String describe(Watch watch) {
        String tag = core.tags().given(watch.block().tag());
        ChildPool child = watch.attached().child();
        return "an allocation of " + watch.bytes() + " bytes"
                + (tag == null ? "" : ", tagged \"" + tag + "\"")
                + (child == null ? "" : ", in child pool \"" + child.name() + "\"");
    }

    private static String place(Watch watch) {
        Place place = watch.attached().allocatedAt();
        return place == null ? "a place that was not recorded (set the option track-places)" : place.toString();
    }

    private WatchList listOf(Watch watch) {
        return lists[watch.block().number() & LISTS - 1];
    }
}
