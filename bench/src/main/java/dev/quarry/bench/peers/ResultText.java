package dev.quarry.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The table for people: a line per candidate, in columns. */
final class ResultText {
    private static final List<String> TITLES = List.of("operation", "allocator", "ns", "±", "Quarry's speed");

    /** How many of the columns are text, which starts at the left. */
    private static final int TEXTS = 2;

    private ResultText() {}

    /** Returns the table, and below it why figures are missing. */
    static String of(List<Result> results) {
        List<List<String>> lines = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        lines.add(TITLES);
        for (Result result : results) {
            String title = result.comparison().title();
            for (Outcome outcome : result.outcomes()) {
                lines.add(cells(title, outcome, result.speed(outcome)));
                title = "";
                if (outcome.problem() != null && !notes.contains(outcome.problem())) {
                    notes.add(outcome.problem());
                }
            }
        }
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line(line, widths(lines))).append('\n'));
        notes.forEach(note -> text.append('\n').append(note).append('\n'));
        return text.toString();
    }

    private static List<String> cells(String title, Outcome outcome, @Nullable Double speed) {
        Figure figure = outcome.figure();
        String allocator = outcome.candidate().allocator();
        if (figure == null) {
            return List.of(title, allocator, outcome.failed() ? "failed" : "missing", "", "");
        }
        return List.of(
                title,
                allocator,
                String.format(Locale.ROOT, "%.1f", figure.nanos()),
                String.format(Locale.ROOT, "%.0f %%", 100 * figure.spread()),
                speed == null ? "" : String.format(Locale.ROOT, "%.2f x", speed));
    }

    private static int[] widths(List<List<String>> lines) {
        int[] widths = new int[TITLES.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        return widths;
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - cells.get(i).length());
            line.append(i < TEXTS ? cells.get(i) + padding : padding + cells.get(i))
                    .append("  ");
        }
        return line.toString().stripTrailing();
    }
}
