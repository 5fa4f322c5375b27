package dev.quarry.tools.replay;

import dev.quarry.MemoryPool;
import dev.quarry.trace.Trace;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a trace is replayed on, freshly opened: a device, with the state that all threads' engines share. */
interface Target extends AutoCloseable {
    /**
     * Opens what the settings name.
     *
     * @throws dev.quarry.tools.io.UsageException if they name what there is not
     */
    static Target open(ReplaySettings settings) {
        return switch (settings.engine()) {
            case POOL -> PoolTarget.open(settings);
            case DRIVER -> DriverTarget.open(settings);
            case ARENA -> new ArenaTarget(settings);
        };
    }

    /** Makes the engine that replays on the trace's streams, and that the counters speak of. Called once. */
    Engine engine(Trace trace);

    /** Makes an engine that replays on one stream of its own. */
    Engine engineOfThread(Trace trace);

    /** Counts. */
    Counters counters();

    /** Returns the device's id. */
    String device();

    /** Returns whether this offers virtual memory. */
    boolean hasVirtualMemory();

    /** Returns the pool options in force by key, or {@code null} without a pool. */
    @Nullable
    Map<String, String> options();

    /** Returns the pool, or {@code null} without one. */
    @Nullable
    MemoryPool pool();

    /** Returns kernels that use the engine's blocks, or {@code null} where there is no simulated device. */
    @Nullable
    SimKernels kernels(Trace trace);

    /** Returns whether blocks that are touched hold their {@link Pattern}. */
    boolean isPatterned();

    /** Gives everything back; the engines are closed before. */
    @Override
    void close();
}
