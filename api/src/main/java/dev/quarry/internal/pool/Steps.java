package dev.quarry.internal.pool;

import dev.quarry.LadderStep;
import dev.quarry.internal.segment.Block;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The frame around each step of the ladder: whether it is on, what it brought, how long it took. */
final class Steps {
    private final PoolCore core;

    Steps(PoolCore core) {
        this.core = core;
    }

    /** What a step does. */
    @FunctionalInterface
    interface Way {
        /** Goes the way; returns a block if the request is served now. */
        @Nullable
        Block take();
    }

    /** Returns whether the options allow a step. */
    boolean isOn(LadderStep step) {
        return core.options().ladder().contains(step);
    }

    /** Takes a step if it is on, counts and times it; else notes that it is off. */
    @Nullable
    Block attempt(LadderStep step, Trail trail, Way way) {
        if (!isOn(step)) {
            trail.skip(step);
            return null;
        }
        long start = core.clock().getAsLong();
        Block block = null;
        try {
            block = way.take();
        } finally {
            count(step, trail, start, block != null);
        }
        return block;
    }

    /** Takes a step as {@link #attempt}, one that only makes bytes available for those after it. */
    void prepare(LadderStep step, Trail trail, LongSupplier way) {
        attempt(step, trail, () -> {
            trail.freed(way.getAsLong());
            return null;
        });
    }

    /** Counts a step that began at some time, and what it made available since the step before. */
    void count(LadderStep step, Trail trail, long start, boolean hasServed) {
        long nanos = core.clock().getAsLong() - start;
        long bytes = trail.endStep(step, nanos, hasServed);
        core.counters().ladder.tried(step, bytes, nanos);
    }

    /** Counts a served request at the step after which it was served, if there was one. */
    void countServed(Trail trail) {
        LadderStep step = trail.served();
        if (step != null) {
            core.counters().ladder.served(step);
        }
    }
}
