package dev.quarry.tools.replay;

import dev.quarry.MemoryPool;
import dev.quarry.trace.Trace;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JDK's arenas, which share nothing. */
final class ArenaTarget implements Target {
    private final ReplaySettings settings;

    ArenaTarget(ReplaySettings settings) {
        this.settings = settings;
    }

    @Override
    public Engine engine(Trace trace) {
        return new ArenaEngine(trace, settings);
    }

    @Override
    public Engine engineOfThread(Trace trace) {
        return new ArenaEngine(trace, settings);
    }

    @Override
    public Counters counters() {
        return Counters.none();
    }

    @Override
    public String device() {
        return "cpu:0";
    }

    @Override
    public boolean hasVirtualMemory() {
        return false;
    }

    @Override
    public @Nullable Map<String, String> options() {
        return null;
    }

    @Override
    public @Nullable MemoryPool pool() {
        return null;
    }

    @Override
    public @Nullable SimKernels kernels(Trace trace) {
        return null;
    }

    @Override
    public boolean isPatterned() {
        return settings.touch();
    }

    @Override
    public void close() {
        // each engine closes its own arenas
    }
}
