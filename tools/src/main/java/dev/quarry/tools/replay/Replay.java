package dev.quarry.tools.replay;

import dev.quarry.sim.SimHazards;
import dev.quarry.tools.io.Progress;
import dev.quarry.tools.io.WorkFailedException;
import dev.quarry.trace.Trace;
import org.jspecify.annotations.Nullable;

/**
 * The conductor of a replay: once cold on a fresh target, checked where asked for; once for the counts of a warm one;
 * then timed.
 */
public final class Replay {
    private final ReplaySettings settings;
    private final Progress progress;

    /** Prepares replays of one kind. */
    public Replay(ReplaySettings settings, Progress progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * Replays a trace.
     *
     * @param name as results and messages show it
     * @throws dev.quarry.tools.io.UsageException if the settings name what there is not
     * @throws WorkFailedException if an allocation fails that may not, or a check fails
     */
    public ReplayResult run(String name, Trace trace) {
        try {
            return run(name, new ReplayResult.Builder(name, settings, trace), trace);
        } catch (WorkFailedException e) {
            throw new WorkFailedException(name + ": " + e.getMessage(), e);
        }
    }

    private ReplayResult run(String name, ReplayResult.Builder result, Trace trace) {
        SimKernels kernels = null;
        progress.phase("opening " + settings.device());
        try (Target target = Target.open(settings);
                Engine engine = target.engine(trace)) {
            result.target(target.device(), target.hasVirtualMemory(), target.options());
            kernels = settings.validate() ? target.kernels(trace) : null;
            progress.phase(name + ": cold replay");
            cold(result, target, engine, kernels);
            if (settings.repeat() > 0 && trace.allocations() > 0) {
                warm(result, target, engine);
            }
        }
        requireNoHazards(kernels); // closing the pool gives pages back too early, if anything does
        return result.build();
    }

    private void cold(ReplayResult.Builder result, Target target, Engine engine, @Nullable SimKernels kernels) {
        if (settings.validate() || target.isPatterned()) {
            CheckedReplay checked = new CheckedReplay(
                    engine.trace, engine, settings.validate() ? target.pool() : null, kernels, target.isPatterned());
            checked.run(progress);
            requireNoHazards(kernels);
            result.validations(checked.validations());
        } else {
            long start = System.nanoTime();
            engine.replay();
            result.coldNanos(System.nanoTime() - start);
        }
        result.cold(target.counters(), engine.failures());
    }

    private void warm(ReplayResult.Builder result, Target target, Engine engine) {
        Long before = target.counters().driverCalls();
        engine.replay();
        Long after = target.counters().driverCalls();
        result.warmDriverCalls(before == null || after == null ? null : after - before);
        int threads = settings.threads();
        try (Sampler sampler =
                threads == 1 ? new SingleSampler(engine) : new ThreadSampler(target, engine.trace, threads)) {
            result.timing(Timing.measure(sampler, settings.repeat(), progress));
        }
    }

    private static void requireNoHazards(@Nullable SimKernels kernels) {
        SimHazards hazards = kernels == null ? null : kernels.hazards();
        if (hazards != null && hazards.count() > 0) {
            throw new WorkFailedException(
                    hazards.count() + " hazards: memory was handed out before its last use was over\n  "
                            + String.join("\n  ", hazards.texts()));
        }
    }
}
