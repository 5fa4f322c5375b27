package dev.quarry.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.trace.Trace;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MallocReplayTest {
    @Test
    void shouldCountWhatIsRefusedWhenASizeIsTooLarge(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("trace.csv");
        Files.writeString(file, """
            op,id,size,stream
            a,0,4096,0
            a,1,4611686018427387904,0
            f,1,0,0
            a,2,64,1
            f,0,0,1
            """);
        Map<String, Object> figures = new MallocReplay(Trace.read(file)).measure(1);
        assertThat(figures)
                .containsEntry("allocations", 3)
                .containsEntry("oom", 1L)
                .containsEntry("live_peak_bytes", 4611686018427387904L + 4096)
                .extractingByKeys("ops_cpu_ns", "ops_wall_ns", "cold_ns")
                .allSatisfy(nanos -> assertThat((BigDecimal) nanos).isPositive());
    }

    @Test
    void shouldTakeTheMiddleWhenSamplesAreOddOrEven() {
        assertThat(ReplayTiming.median(new double[] {9, 1, 5})).isEqualTo(5);
        assertThat(ReplayTiming.median(new double[] {9, 1, 5, 7})).isEqualTo(6);
    }
}
