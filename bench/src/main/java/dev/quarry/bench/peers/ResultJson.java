package dev.quarry.bench.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The results as one JSON object, for programs. */
final class ResultJson {
    private static final int DIGITS = 3;

    private ResultJson() {}

    /** Returns the object in one line. */
    static String of(List<Result> results, int seconds) throws JsonProcessingException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("java", Runtime.version().toString());
        json.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        json.put("processors", Runtime.getRuntime().availableProcessors());
        json.put("repeat", seconds);
        json.put("comparisons", results.stream().map(ResultJson::comparison).toList());
        return new JsonMapper().writeValueAsString(json);
    }

    private static Map<String, @Nullable Object> comparison(Result result) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("operation", result.comparison().operation());
        json.put("title", result.comparison().title());
        json.put(
                "bytes",
                result.comparison().bytes() == 0 ? null : result.comparison().bytes());
        List<Object> rows = new ArrayList<>();
        for (Outcome outcome : result.outcomes()) {
            rows.add(row(outcome, result.speed(outcome)));
        }
        json.put("rows", rows);
        return json;
    }

    private static Map<String, @Nullable Object> row(Outcome outcome, @Nullable Double speed) {
        Figure figure = outcome.figure();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("allocator", outcome.candidate().allocator());
        json.put("benchmark", outcome.candidate().benchmark());
        json.put("ns", figure == null ? null : rounded(figure.nanos()));
        json.put("ns_least", figure == null ? null : rounded(figure.least()));
        json.put("ns_most", figure == null ? null : rounded(figure.most()));
        json.put("quarry_speed", speed == null ? null : rounded(speed));
        json.put("failed", outcome.failed());
        json.put("problem", outcome.problem());
        return json;
    }

    private static BigDecimal rounded(double value) {
        return BigDecimal.valueOf(value).setScale(DIGITS, RoundingMode.HALF_UP);
    }
}
