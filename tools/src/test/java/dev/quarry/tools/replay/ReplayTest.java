package dev.quarry.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.tools.io.Progress;
import dev.quarry.trace.Trace;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checked replays of real traces; skipped where the folder that the property {@code quarry.shared} names is absent. */
class ReplayTest {
    private static final Path TRACES =
            Path.of(System.getProperty("quarry.shared", "")).resolve("traces");

    private final Progress progress = Progress.onTerminal(new PrintWriter(Writer.nullWriter()));

    @ParameterizedTest
    @CsvSource({
        "torch/a_gpt2_train, IMMEDIATE",
        "torch/a_gpt2_train, LAZY",
        "scenarios/streams2-256b-16m, LAZY",
        "gpu/g1_lm_compiled_train, IMMEDIATE",
    })
    void shouldPassAllChecks(String name, EventSchedule events) throws IOException {
        Path file = TRACES.resolve(name + ".csv.gz");
        assumeTrue(Files.exists(file), "no file " + file + " (system property quarry.shared)");
        ReplaySettings settings = new ReplaySettings(
                EngineKind.POOL,
                "sim",
                ReplaySettings.DEFAULT_TOTAL,
                true,
                events,
                null,
                Map.of(),
                0,
                1,
                false,
                true,
                false);
        Trace trace = Trace.read(file);
        ReplayResult result = new Replay(settings, progress).run(name, trace);
        Map<String, @Nullable Object> json = result.toJson();
        assertThat(result.validations()).isEqualTo(trace.operations());
        assertThat(json.get("hazards")).isEqualTo(0L);
        assertThat(json.get("oom")).isEqualTo(0L);
        assertThat((Long) json.get("reserved_peak_bytes")).isGreaterThanOrEqualTo(trace.livePeakBytes());
    }
}
