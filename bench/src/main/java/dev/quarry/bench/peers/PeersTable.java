package dev.quarry.bench.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The program behind {@code quarry bench}: measures Quarry and its peers one after the other, and prints one table. */
public final class PeersTable {
    private final boolean json;
    private final int seconds;
    private final List<Comparison> comparisons;

    private PeersTable(boolean json, int seconds, List<Comparison> comparisons) {
        this.json = json;
        this.seconds = seconds;
        this.comparisons = comparisons;
    }

    /**
     * Prints the table; progress goes to standard error. Exit codes: 0 done, 1 a measurement failed, 2 wrong usage.
     *
     * @param args {@code table|json SECONDS [OPERATION...]}
     */
    public static void main(String[] args) throws JsonProcessingException {
        if (args.length < 2 || !args[0].matches("table|json") || !args[1].matches("[1-9][0-9]{0,4}")) {
            System.err.println("usage: PeersTable table|json SECONDS [OPERATION...]");
            System.exit(2);
        }
        List<String> operations = Arrays.asList(args).subList(2, args.length);
        for (String operation : operations) {
            if (!Comparison.operations().contains(operation)) {
                System.err.println(
                        "quarry: no operation \"" + operation + "\" (expected one of " + Comparison.operations() + ")");
                System.exit(2);
            }
        }
        List<Comparison> chosen = Comparison.ALL.stream()
                .filter(comparison -> operations.isEmpty() || operations.contains(comparison.operation()))
                .toList();
        System.exit(new PeersTable(args[0].equals("json"), Integer.parseInt(args[1]), chosen).run());
    }

    private int run() throws JsonProcessingException {
        List<Result> results = new ArrayList<>();
        for (Comparison comparison : comparisons) {
            List<Outcome> outcomes = new ArrayList<>();
            comparison.candidates().forEach(candidate -> outcomes.add(measure(comparison, candidate)));
            results.add(new Result(comparison, outcomes));
        }
        System.out.println(
                json ? ResultJson.of(results, seconds) : ResultText.of(results).stripTrailing());
        return results.stream().anyMatch(Result::failed) ? 1 : 0;
    }

    private Outcome measure(Comparison comparison, Candidate candidate) {
        Outcome outcome = JmhRun.measure(candidate, comparison.bytes(), seconds);
        Figure figure = outcome.figure();
        System.err.printf(
                Locale.ROOT,
                "%s: %s: %s%n",
                comparison.title(),
                candidate.allocator(),
                figure == null ? outcome.problem() : String.format(Locale.ROOT, "%.1f ns", figure.nanos()));
        return outcome;
    }
}
