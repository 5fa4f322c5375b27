package dev.quarry.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The traces beside the checkout, in the folder that the property {@code quarry.shared} names, against their README. */
class SharedTracesTest {
    private static final Path TRACES =
            Path.of(System.getProperty("quarry.shared", "")).resolve("traces");

    @BeforeEach
    void requireTraces() {
        assumeTrue(Files.isDirectory(TRACES), "no folder " + TRACES + " (system property quarry.shared)");
    }

    @ParameterizedTest
    @CsvSource({
        "torch/a_gpt2_train, 15722, 8231, 6824562652, 740",
        "torch/b_bert_varlen_train, 106862, 53431, 4855008728, 0",
        "torch/d_llama_generate, 183535, 91824, 1088185816, 113",
        "gpu/g1_lm_compiled_train, 4771, 2609, 3849232640, 447",
        "gpu/g2_lm_forward_bf16, 2011, 1074, 779837440, 137",
        "gpu/g3_lm_forward_fp32, 7229, 5113, 44087612420, 2997",
        "scenarios/same-4k-pair, 2000, 1000, 4096, 0",
        "scenarios/same-1m-fifo100, 2000, 1000, 104857600, 0",
        "scenarios/transformer-5steps, 2170, 1085, 9932111872, 0",
        "scenarios/phases80-16g, 48000, 24000, 13743895347, 0",
    })
    void shouldHaveTheFiguresOfTheReadme(String name, int rows, int allocations, long livePeak, int liveAtEnd)
            throws IOException {
        Trace trace = Trace.read(TRACES.resolve(name + ".csv.gz"));
        assertThat(trace.rows()).isEqualTo(rows);
        assertThat(trace.allocations()).isEqualTo(allocations);
        if (name.equals("scenarios/phases80-16g")) {
            assertThat(trace.livePeakBytes()).isBetween(livePeak * 999 / 1000, livePeak);
        } else {
            assertThat(trace.livePeakBytes()).isEqualTo(livePeak);
        }
        assertThat(trace.operations() - trace.rows()).isEqualTo(liveAtEnd);
    }

    @Test
    void shouldReadEveryTrace() throws IOException {
        for (String folder : List.of("torch", "gpu", "scenarios", "minimalloc")) {
            try (Stream<Path> files = Files.list(TRACES.resolve(folder))) {
                for (Path file : files.filter(SharedTracesTest::isTrace).toList()) {
                    Trace trace = Trace.read(file);
                    assertThat(trace.operations()).as(file.toString()).isEqualTo(2 * trace.allocations());
                }
            }
        }
    }

    private static boolean isTrace(Path file) {
        return file.toString().endsWith(".csv.gz") || file.toString().endsWith(".csv");
    }
}
