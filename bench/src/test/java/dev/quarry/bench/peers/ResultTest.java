package dev.quarry.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTest {
    private static final Comparison COMPARISON =
            new Comparison("pair", "allocate 4 KiB", 4096, candidate("Quarry"), List.of());
    private static final Result RESULT = new Result(
            COMPARISON,
            List.of(
                    Outcome.measured(candidate("Quarry"), Figure.of(40, 30, 50)),
                    Outcome.measured(candidate("malloc"), Figure.of(60)),
                    Outcome.missing(candidate("mimalloc"), "install it"),
                    Outcome.failed(candidate("Arrow"), "it broke")));
    private static final Result UNMEASURED = new Result(
            COMPARISON,
            List.of(
                    Outcome.missing(candidate("Quarry"), "install it"),
                    Outcome.measured(candidate("malloc"), Figure.of(60))));

    private static Candidate candidate(String allocator) {
        return new Candidate(allocator, "X.y");
    }

    @Test
    void shouldTakeMedianAndRangeWhenIterationsDiffer() {
        assertThat(Figure.of(9, 1, 4)).isEqualTo(new Figure(4, 1, 9));
        assertThat(Figure.of(9, 1, 4, 6)).isEqualTo(new Figure(5, 1, 9));
        assertThat(Figure.of(40, 30, 50).spread()).isEqualTo(0.25);
    }

    @Test
    void shouldAlignColumnsWhenPrintedForPeople() {
        assertThat(ResultText.of(List.of(RESULT, UNMEASURED)).lines())
                .containsExactly(
                        "operation       allocator       ns     ±  Quarry's speed",
                        "allocate 4 KiB  Quarry        40.0  25 %",
                        "                malloc        60.0   0 %          1.50 x",
                        "                mimalloc   missing",
                        "                Arrow       failed",
                        "allocate 4 KiB  Quarry     missing",
                        "                malloc        60.0   0 %",
                        "",
                        "install it",
                        "",
                        "it broke");
    }

    @Test
    void shouldGiveOneObjectWhenPrintedForPrograms() throws IOException {
        JsonNode json = new JsonMapper().readTree(ResultJson.of(List.of(RESULT), 3));
        assertThat(json.path("repeat").asInt()).isEqualTo(3);
        JsonNode comparison = json.path("comparisons").path(0);
        assertThat(comparison.path("operation").asText()).isEqualTo("pair");
        assertThat(comparison.path("bytes").asLong()).isEqualTo(4096);
        JsonNode rows = comparison.path("rows");
        assertThat(rows.path(0).path("ns").asDouble()).isEqualTo(40);
        assertThat(rows.path(0).path("quarry_speed").isNull()).isTrue();
        assertThat(rows.path(1).path("quarry_speed").asDouble()).isEqualTo(1.5);
        assertThat(rows.path(2).path("ns").isNull()).isTrue();
        assertThat(rows.path(2).path("failed").asBoolean()).isFalse();
        assertThat(rows.path(3).path("problem").asText()).isEqualTo("it broke");
    }

    @Test
    void shouldFailWhenAMeasurementFails() {
        assertThat(RESULT.failed()).isTrue();
        assertThat(UNMEASURED.failed()).isFalse();
    }
}
