package dev.quarry.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The table of Quarry against its peers on whole traces, in Markdown, made of what {@code compare.sh} has measured.
 *
 * <p>The peers were measured on another machine. There, {@code malloc} with {@code free} takes 27 ns on the trace
 * {@code same-4k-pair}; by what it takes here, this machine's times are normalised.
 */
public final class CompareReport {
    private static final String NORMALISING_TRACE = "same-4k-pair";
    private static final double PEERS_MALLOC_NANOS = 27;

    private final @Nullable Double mallocNanos;
    private final List<Row> rows;

    private CompareReport(@Nullable Double mallocNanos, List<Row> rows) {
        this.mallocNanos = mallocNanos;
        this.rows = rows;
    }

    /**
     * Prints the table; the exit code is 1 if a must is not met.
     *
     * @param args the peers' file, and the folder with the results
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: CompareReport PEERS_CSV RESULTS_DIR");
            System.exit(2);
        }
        CompareReport report = read(Path.of(args[0]), Path.of(args[1]));
        System.out.print(report.toMarkdown());
        System.exit(report.missed() == 0 ? 0 : 1);
    }

    /** Reads what the peers reach, and what was measured. */
    static CompareReport read(Path peersFile, Path results) throws IOException {
        Map<String, Peer> peers = Peer.read(peersFile);
        Set<String> traces = traces(results);
        Double mallocNanos = traces.contains(NORMALISING_TRACE)
                ? Figures.read(results, NORMALISING_TRACE).mallocNanos()
                : null;
        Double factor = mallocNanos == null ? null : PEERS_MALLOC_NANOS / mallocNanos;
        Set<String> ordered = new LinkedHashSet<>(peers.keySet());
        ordered.addAll(traces);
        ordered.retainAll(traces);
        List<Row> rows = new ArrayList<>();
        for (String trace : ordered) {
            rows.add(new Row(trace, Figures.read(results, trace), peers.get(trace), factor));
        }
        return new CompareReport(mallocNanos, rows);
    }

    private static Set<String> traces(Path results) throws IOException {
        try (Stream<Path> files = Files.list(results)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(Figures.IMMEDIATE))
                    .map(name -> name.substring(0, name.length() - Figures.IMMEDIATE.length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** Returns how many musts are not met. */
    long missed() {
        return musts(Verdict.NO);
    }

    private long musts(Verdict verdict) {
        return rows.stream().flatMap(Row::musts).filter(verdict::equals).count();
    }

    /** Returns the table, and below it what it was made on. */
    String toMarkdown() {
        List<String> lines = new ArrayList<>();
        lines.add(line(Row.TITLES));
        lines.add(line(Collections.nCopies(Row.TITLES.size(), "---")));
        rows.forEach(row -> lines.add(line(row.cells())));
        lines.add("");
        lines.add(String.format(Locale.ROOT, "Musts: %d met, %d not met.", musts(Verdict.YES), missed()));
        lines.add(normalisation());
        lines.add(String.format(
                "Java %s, %s %s, %d processors.",
                Runtime.version(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors()));
        return String.join("\n", lines) + "\n";
    }

    private String normalisation() {
        return mallocNanos == null
                ? "Not normalised: " + NORMALISING_TRACE + " was not measured."
                : String.format(
                        Locale.ROOT,
                        "malloc on %s: %.1f ns here, %.0f ns on the peers' machine; normalised = measured × %.3f.",
                        NORMALISING_TRACE,
                        mallocNanos,
                        PEERS_MALLOC_NANOS,
                        PEERS_MALLOC_NANOS / mallocNanos);
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }
}
