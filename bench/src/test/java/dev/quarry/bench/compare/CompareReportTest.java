package dev.quarry.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareReportTest {
    private static final Path PEERS = Path.of("peers.csv");

    @TempDir
    private Path results = Path.of("");

    @Test
    void shouldNormaliseAndOrderAsThePeersFileWhenTracesAreMeasured() throws IOException {
        write("unknown", run(10, 1), run(0, 1), run(54, 1));
        write("large-2m-256m", run(500, 1.3), run(0, 1.4), run(600, 1));
        write("same-4k-pair", run(80, 512), run(0, 512), run(54, 1));
        CompareReport report = CompareReport.read(PEERS, results);
        assertThat(report.missed()).isEqualTo(3);
        assertThat(report.toMarkdown().lines().skip(2))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith(
                                        "| same-4k-pair | 80.0 | 54.0 | 1.48 | 213 | yes | 40.0 | 30 | no | 53 | no |"),
                        line -> assertThat(line)
                                .startsWith(
                                        "| large-2m-256m | 500.0 | 600.0 | 0.83 | 616 | no | 250.0 | 45 | no | 209 |"
                                                + " no | 1.300")
                                .endsWith("| 1.400 | yes | 1.400 | 1.077 | 0.00 | 0 | 0 |"),
                        line -> assertThat(line)
                                .startsWith("| unknown | 10.0 | 54.0 | 0.19 | – | – | 5.0 | – | – | – | – | 1.000"),
                        line -> assertThat(line).isEmpty(),
                        line -> assertThat(line).isEqualTo("Musts: 2 met, 3 not met."),
                        line -> assertThat(line).contains("54.0 ns here", "× 0.500"),
                        line -> assertThat(line).startsWith("Java "));
    }

    @Test
    void shouldMissMustsWhenRunsLeftNothing() throws IOException {
        write("large-2m-256m", "", "", "");
        CompareReport report = CompareReport.read(PEERS, results);
        assertThat(report.missed()).isEqualTo(2);
        assertThat(report.toMarkdown()).contains("| large-2m-256m | failed | – |", "Not normalised");
    }

    @Test
    void shouldCountTheLeastTimeWhenThereAreRounds() throws IOException {
        write(
                "large-2m-256m",
                run(40, 1.3) + "\n" + run(30, 1.3) + "\n",
                run(33, 1.3) + "\n" + run(50, 1.3),
                run(600, 1));
        assertThat(CompareReport.read(PEERS, results).toMarkdown())
                .contains("| large-2m-256m | 30.0 | 600.0 |", "| 1.10 | 0 | 0 |");
    }

    @Test
    void shouldMissMustsWhenOneRoundFailed() throws IOException {
        write("large-2m-256m", run(40, 1.3) + "\nnull\n", run(40, 1.3), run(600, 1));
        assertThat(CompareReport.read(PEERS, results).toMarkdown()).contains("| large-2m-256m | failed | 600.0 |");
    }

    private void write(String trace, String immediate, String lazy, String malloc) throws IOException {
        Files.writeString(results.resolve(trace + ".immediate.json"), immediate);
        Files.writeString(results.resolve(trace + ".lazy.json"), lazy);
        Files.writeString(results.resolve(trace + ".malloc.json"), malloc);
    }

    private static String run(double nanos, double ratio) {
        return "{\"ops_cpu_ns\":" + nanos + ",\"reserved_ratio\":" + ratio + ",\"oom\":0}";
    }
}
