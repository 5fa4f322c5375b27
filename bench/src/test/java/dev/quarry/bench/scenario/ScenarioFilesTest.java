package dev.quarry.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.trace.Trace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioFilesTest {
    @TempDir
    private static Path folder = Path.of("");

    @BeforeAll
    static void write() throws IOException {
        ScenarioFiles.write(folder);
    }

    /** The reader refuses an id that is live already, and a free of a dead one. */
    @ParameterizedTest
    @CsvSource({
        "HUGE_4G_16G, 500, 51539607552, 7, 1",
        "LIVE_100K, 300000, 847909888, 100000, 1",
        "MIXED_8SIZES, 20000, 1301358080, 400, 1",
        "USEDON_2STREAMS, 10000, 62787584, 100, 2",
    })
    void shouldBeWellFormedAndFreeAllWhenRead(
            Scenario scenario, int allocations, long livePeakBytes, int live, int streams) throws IOException {
        Trace trace = Trace.read(folder.resolve(scenario + ".csv.gz"));
        assertThat(trace.allocations()).isEqualTo(allocations);
        assertThat(trace.operations()).isEqualTo(2 * allocations).isEqualTo(trace.rows());
        assertThat(trace.livePeakBytes()).isEqualTo(livePeakBytes);
        assertThat(trace.slots()).isEqualTo(live);
        assertThat(trace.streams()).isEqualTo(streams);
        for (int i = 0; i < trace.operations(); i++) {
            assertThat(trace.isForeignFree(i)).isEqualTo(streams == 2 && !trace.isAllocation(i));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HUGE_4G_16G, 2e2a7bd530c1f4ce",
        "LIVE_100K, bc8bac8e40b56129",
        "MIXED_8SIZES, 6b0fd974e804f535",
        "USEDON_2STREAMS, bbfbf8ec6f47c964",
    })
    void shouldBeTheSameEverywhereWhenGenerated(Scenario scenario, String checksum)
            throws IOException, NoSuchAlgorithmException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        scenario.write(text);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.toByteArray());
        assertThat(HexFormat.of().formatHex(digest)).startsWith(checksum);
    }

    @Test
    void shouldWriteTheSameBytesWhenWrittenAgain(@TempDir Path again) throws IOException {
        ScenarioFiles.write(again);
        for (Scenario scenario : Scenario.values()) {
            String name = scenario + ".csv.gz";
            assertThat(again.resolve(name)).hasSameBinaryContentAs(folder.resolve(name));
        }
    }

    @Test
    void shouldHoldHugeSizesWhenHuge() throws IOException {
        Trace trace = Trace.read(folder.resolve("huge-4g-16g.csv.gz"));
        for (int i = 0; i < trace.operations(); i++) {
            assertThat(trace.bytes(i)).isBetween(4L << 30, 16L << 30);
        }
    }
}
