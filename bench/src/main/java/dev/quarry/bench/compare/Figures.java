package dev.quarry.bench.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What was measured on one trace in this sitting; {@code null} where a run failed.
 *
 * @param nanos Quarry's time per operation
 * @param ratio Quarry's reserved peak over the live peak, with work that completes at once
 * @param failures how many allocations Quarry refused
 * @param lazyNanos as {@code nanos}, with work that completes only when somebody waits for it
 * @param lazyRatio as {@code ratio}, with such work
 * @param mallocNanos the time of {@code malloc} and {@code free} per operation
 * @param mallocFailures how many allocations {@code malloc} refused
 */
record Figures(
        @Nullable Double nanos,
        @Nullable Double ratio,
        @Nullable Long failures,
        @Nullable Double lazyNanos,
        @Nullable Double lazyRatio,
        @Nullable Double mallocNanos,
        @Nullable Long mallocFailures) {
    /** What the names of the files end with that tell which traces were replayed. */
    static final String IMMEDIATE = ".immediate.json";

    private static final String LAZY = ".lazy.json";
    private static final String MALLOC = ".malloc.json";
    private static final JsonMapper MAPPER = new JsonMapper();

    /** Reads what three runs on a trace have printed; a run that failed has left its file empty. */
    static Figures read(Path folder, String trace) throws IOException {
        JsonNode immediate = json(folder.resolve(trace + IMMEDIATE));
        JsonNode lazy = json(folder.resolve(trace + LAZY));
        JsonNode malloc = json(folder.resolve(trace + MALLOC));
        return new Figures(
                decimal(immediate, "ops_cpu_ns"),
                decimal(immediate, "reserved_ratio"),
                count(immediate, "oom"),
                decimal(lazy, "ops_cpu_ns"),
                decimal(lazy, "reserved_ratio"),
                decimal(malloc, "ops_cpu_ns"),
                count(malloc, "oom"));
    }

    private static JsonNode json(Path file) throws IOException {
        return MAPPER.readTree(Files.readString(file));
    }

    private static @Nullable Double decimal(JsonNode json, String key) {
        JsonNode value = json.path(key);
        return value.isNumber() ? value.doubleValue() : null;
    }

    private static @Nullable Long count(JsonNode json, String key) {
        JsonNode value = json.path(key);
        return value.isNumber() ? value.longValue() : null;
    }
}
