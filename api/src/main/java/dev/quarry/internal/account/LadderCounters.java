package dev.quarry.internal.account;

import dev.quarry.LadderStep;
import dev.quarry.MemoryStatistics.StepFigures;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What each step of the ladder did so far. Thread-safe; the four figures of a step may be those of slightly different moments. */
public final class LadderCounters {
    private final Map<LadderStep, Counts> steps = new EnumMap<>(LadderStep.class);

    /** Starts at zero. */
    public LadderCounters() {
        for (LadderStep step : LadderStep.values()) {
            steps.put(step, new Counts());
        }
    }

    private static final class Counts {
        private final AtomicLong tries = new AtomicLong();
        private final AtomicLong served = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();
        private final AtomicLong nanos = new AtomicLong();
    }

    /** Counts one try of a step. */
    public void tried(LadderStep step, long bytes, long nanos) {
        Counts counts = of(step);
        counts.tries.incrementAndGet();
        counts.bytes.addAndGet(bytes);
        counts.nanos.addAndGet(nanos);
    }

    /** Counts that a request was served right after a step. */
    public void served(LadderStep step) {
        of(step).served.incrementAndGet();
    }

    /** Returns the figures of all steps. */
    public Map<LadderStep, StepFigures> figures() {
        Map<LadderStep, StepFigures> all = new EnumMap<>(LadderStep.class);
        steps.forEach((step, counts) -> all.put(
                step,
                new StepFigures(counts.tries.get(), counts.served.get(), counts.bytes.get(), counts.nanos.get())));
        return all;
    }

    private Counts of(LadderStep step) {
        return Objects.requireNonNull(steps.get(step));
    }
}
