package dev.quarry.internal.pool;

import dev.quarry.LadderStep;
import dev.quarry.OutOfMemoryReport.Step;
import dev.quarry.internal.segment.Block;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one allocation stands on its way up the ladder: which steps it took, and how long the host has waited for it. Made for
 * each allocation that leaves the short way, and used by its thread alone.
 */
final class Trail {
    /** The steps in the order of their first try. */
    private final List<Entry> entries = new ArrayList<>(4);

    /** How long the host may wait, whatever the option says. */
    private final long mostNanos;

    private long stalledNanos;
    private boolean isTimedOut;

    /** What the step under way, and the one before, made available. */
    private long freed;

    private long lastFreed;
    private @Nullable LadderStep served;

    /** What is asked for, once the ladder knows. */
    private @Nullable Quest quest;

    private boolean waits;
    private long idleOfOthers;

    Trail() {
        this(Long.MAX_VALUE);
    }

    /** Makes one with less time for waits than the option gives. */
    Trail(long mostNanos) {
        this.mostNanos = mostNanos;
    }

    /** What one step did so far. */
    private static final class Entry {
        private final LadderStep step;
        private long tries;
        private long bytes;
        private long nanos;

        Entry(LadderStep step) {
            this.step = step;
        }

        Step asStep() {
            return new Step(step, tries, bytes, nanos);
        }
    }

    /**
     * What the ladder looks for.
     *
     * @param domain who asks
     * @param wish for what
     * @param dedicated whether it needs a segment of its own
     */
    record Quest(Domain domain, Wish wish, boolean dedicated) {}

    /** Takes note of what is looked for. */
    void begin(Quest sought) {
        quest = sought;
    }

    /** Takes note of whether the stream of the request can be made to wait for others, on the device, and returns it. */
    boolean waits(boolean can) {
        waits = can;
        return can;
    }

    /** Returns what {@link #waits(boolean)} has noted last; false before. */
    boolean waits() {
        return waits;
    }

    /** Returns what is looked for; {@code null} for a request that did not reach the ladder. */
    @Nullable
    Quest quest() {
        return quest;
    }

    /** Takes note of bytes that other pools could give back and are not asked for. */
    void leave(long bytes) {
        idleOfOthers = bytes;
    }

    /** Returns what {@link #leave} has noted last; 0 before. */
    long idleOfOthers() {
        return idleOfOthers;
    }

    /** Takes note of bytes that the step under way made available, and returns them. */
    long freed(long bytes) {
        freed += bytes;
        return bytes;
    }

    /** Takes note of a block that the step under way took, if it did, and returns it. */
    @Nullable
    Block took(@Nullable Block block) {
        freed += block == null ? 0 : block.size();
        return block;
    }

    /** Ends the step under way; returns the bytes that it made available. */
    long endStep(LadderStep step, long nanos, boolean hasServed) {
        Entry entry = entry(step);
        lastFreed = freed;
        freed = 0;
        entry.tries++;
        entry.bytes += lastFreed;
        entry.nanos += nanos;
        served = hasServed ? step : served;
        return lastFreed;
    }

    /** Takes note of a step that would have been tried, and is switched off. */
    void skip(LadderStep step) {
        entry(step);
        lastFreed = 0;
    }

    /** Returns the bytes that the last step made available. */
    long lastFreed() {
        return lastFreed;
    }

    /** Returns the step after which the request was served; {@code null} if it was not, or without one. */
    @Nullable
    LadderStep served() {
        return served;
    }

    /** Returns how much of a budget is left for waits, both in nanoseconds; {@code Long.MAX_VALUE} is without limit. */
    long left(long budgetNanos) {
        long most = Math.min(budgetNanos, mostNanos);
        boolean endless = most == Long.MAX_VALUE;
        return isTimedOut ? 0 : endless ? most : Math.max(0, most - stalledNanos);
    }

    /** Takes note of time that the host waited. */
    void stalled(long nanos) {
        stalledNanos += nanos;
    }

    /** Takes note that work was not complete when the budget for waits was used up. */
    void timeOut() {
        isTimedOut = true;
    }

    /** Returns whether the budget for waits was used up and work was still not complete, or there was none from the beginning. */
    boolean isTimedOut() {
        return isTimedOut || mostNanos == 0;
    }

    /** Returns what was done, in the order of the first tries. */
    List<Step> steps() {
        return entries.stream().map(Entry::asStep).toList();
    }

    private Entry entry(LadderStep step) {
        for (Entry entry : entries) {
            if (entry.step == step) {
                return entry;
            }
        }
        Entry added = new Entry(step);
        entries.add(added);
        return added;
    }
}
