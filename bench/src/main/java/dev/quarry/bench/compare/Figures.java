package dev.quarry.bench.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was measured on one trace in this sitting; {@code null} where a run failed. Times are the least of a sitting's
 * rounds: what else the machine does only ever adds to them.
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
    private static final String TIME = "ops_cpu_ns";
    private static final String FAILURES = "oom";
    private static final JsonMapper MAPPER = new JsonMapper();

    /** Reads what the runs on a trace have printed, a line in each round; {@code null} stands for a run that failed. */
    static Figures read(Path folder, String trace) throws IOException {
        List<JsonNode> immediate = rounds(folder.resolve(trace + IMMEDIATE));
        List<JsonNode> lazy = rounds(folder.resolve(trace + LAZY));
        List<JsonNode> malloc = rounds(folder.resolve(trace + MALLOC));
        return new Figures(
                least(immediate, TIME),
                least(immediate, "reserved_ratio"),
                failures(immediate),
                least(lazy, TIME),
                least(lazy, "reserved_ratio"),
                least(malloc, TIME),
                failures(malloc));
    }

    private static List<JsonNode> rounds(Path file) throws IOException {
        try (MappingIterator<JsonNode> values = MAPPER.readerFor(JsonNode.class).readValues(file.toFile())) {
            return values.readAll();
        }
    }

    private static @Nullable Double least(List<JsonNode> rounds, String key) {
        return hasAll(rounds, key)
                ? rounds.stream()
                        .mapToDouble(round -> round.path(key).doubleValue())
                        .min()
                        .getAsDouble()
                : null;
    }

    /** Returns the most allocations that a round refused in its first replay. */
    private static @Nullable Long failures(List<JsonNode> rounds) {
        return hasAll(rounds, FAILURES)
                ? rounds.stream()
                        .mapToLong(round -> round.path(FAILURES).longValue())
                        .max()
                        .getAsLong()
                : null;
    }

    private static boolean hasAll(List<JsonNode> rounds, String key) {
        return !rounds.isEmpty()
                && rounds.stream().allMatch(round -> round.path(key).isNumber());
    }
}
