package dev.quarry.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class ComparisonTest {
    @Test
    void shouldNameOneBenchmarkWhenCandidate() {
        assertThat(Comparison.ALL.stream().flatMap(Comparison::candidates))
                .allSatisfy(candidate -> assertThat(found(candidate))
                        .singleElement()
                        .extracting(BenchmarkListEntry::getUsername)
                        .isEqualTo("dev.quarry.bench." + candidate.benchmark()));
    }

    @Test
    void shouldAskForSizesThatTheBenchmarksHaveWhenASizeIsGiven() {
        assertThat(Comparison.ALL).allSatisfy(comparison -> {
            List<String[]> sizes = comparison
                    .candidates()
                    .map(candidate -> found(candidate).first().getParams().orElse(Map.of()))
                    .flatMap(parameters -> parameters.values().stream())
                    .toList();
            assertThat(sizes.isEmpty()).isEqualTo(comparison.bytes() == 0);
            assertThat(sizes).allSatisfy(values -> assertThat(values).contains(Long.toString(comparison.bytes())));
        });
    }

    @Test
    void shouldListOperationsOnceWhenTheyHaveSeveralSizes() {
        assertThat(Comparison.operations())
                .isEqualTo(List.of("pair", "view", "ring", "arena", "threads", "handoff", "xthread-free", "usedon"));
    }

    private static SortedSet<BenchmarkListEntry> found(Candidate candidate) {
        return BenchmarkList.defaultList()
                .find(
                        OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT),
                        List.of(candidate.pattern()),
                        List.of());
    }
}
