package dev.quarry.tools.replay;

import dev.quarry.ByteSize;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How traces are replayed. Immutable.
 *
 * @param engine what serves the operations
 * @param device a device's id, or a plugin's name for its first device
 * @param totalBytes the size of the simulated device
 * @param virtualMemory whether the simulated device has virtual memory
 * @param events when work on the simulated device completes
 * @param kind the name of a kind of memory, or {@code null} for the device's usual one
 * @param options pool options by key
 * @param repeat timed samples, 0 for none
 * @param threads threads that replay at the same time in the timed samples
 * @param touch whether every block is written
 * @param validate whether the cold replay is checked
 * @param allowOom whether failed allocations are counted and skipped
 */
public record ReplaySettings(
        EngineKind engine,
        String device,
        long totalBytes,
        boolean virtualMemory,
        EventSchedule events,
        @Nullable String kind,
        Map<String, String> options,
        int repeat,
        int threads,
        boolean touch,
        boolean validate,
        boolean allowOom) {
    /** The size of the simulated device where none is asked for, in bytes. */
    public static final long DEFAULT_TOTAL = ByteSize.gib(80);

    /** Copies the map. */
    public ReplaySettings {
        options = Map.copyOf(options);
    }

    /** Returns whether a device's id or plugin's name means the simulated device. */
    public static boolean isSimulated(String device) {
        return device.equals("sim") || device.startsWith("sim:");
    }
}
