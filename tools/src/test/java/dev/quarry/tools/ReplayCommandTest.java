package dev.quarry.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayCommandTest {
    private static final String[] KEYS = ("trace,engine,device,vmm,options,allocations,ops_cpu_ns,ops_wall_ns,cold_ns,"
        + "live_peak_bytes,allocated_peak_bytes,reserved_peak_bytes,reserved_ratio,driver_allocs,driver_frees,"
        + "pages_created,pages_released,map_calls,unmap_calls,page_time_us,stalls,stall_us,hazards,events,"
        + "warm_driver_calls,l1_hits,l2_hits,index_hits,oom,gc_bytes_per_op,threads,thread_wall_ns,throughput_wall_ns")
            .split(",");

    @TempDir
    Path folder;

    private Path tiny = Path.of("");

    @BeforeEach
    void write() {
        tiny = Run.file(folder, "tiny.csv", Run.TINY);
    }

    @Test
    void shouldMeasureAPoolOnTheSimulatedDevice() {
        JsonNode json = json("replay", tiny, "--repeat", 1, "--json");
        assertThat(json.fieldNames()).toIterable().containsExactly(KEYS);
        assertThat(json.get("trace").asText()).isEqualTo(tiny.toString());
        assertThat(json.get("engine").asText()).isEqualTo("pool");
        assertThat(json.get("device").asText()).isEqualTo("sim:0");
        assertThat(json.get("vmm").isBoolean()).isTrue();
        assertThat(json.get("vmm").asBoolean()).isTrue();
        assertThat(json.get("options").get("limit").asText()).isEqualTo("none");
        assertThat(json.get("allocations").asInt()).isEqualTo(3);
        assertThat(json.get("live_peak_bytes").asLong()).isEqualTo(3_001_000);
        assertThat(json.get("reserved_peak_bytes").asLong()).isGreaterThanOrEqualTo(3_001_000);
        assertThat(json.get("reserved_ratio").asText()).matches("\\d+\\.\\d{1,4}");
        for (String time : new String[] {"ops_cpu_ns", "ops_wall_ns", "cold_ns", "thread_wall_ns"}) {
            assertThat(json.get(time).asDouble()).as(time).isPositive();
        }
        assertThat(json.get("warm_driver_calls").asLong()).isZero();
        assertThat(json.get("oom").asInt()).isZero();
        assertThat(json.get("hazards").asInt()).isZero();
        assertThat(json.get("threads").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pool", "driver", "arena"})
    void shouldValidateTheColdReplayOfEachEngine(String engine) {
        JsonNode json = json("replay", tiny, "--engine", engine, "--validate", "--repeat", 0, "--json");
        assertThat(json.fieldNames()).toIterable().containsExactly(KEYS);
        assertThat(json.get("ops_cpu_ns").isNull()).isTrue();
        assertThat(json.get("cold_ns").isNull()).isTrue();
        assertThat(json.get("reserved_peak_bytes").isNull()).isEqualTo(engine.equals("arena"));
        assertThat(json.get("options").isNull()).isEqualTo(!engine.equals("pool"));
        assertThat(json.get("device").asText()).isEqualTo(engine.equals("arena") ? "cpu:0" : "sim:0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"immediate", "lazy"})
    void shouldFindNoHazardUnderEitherSchedule(String events) {
        Run run = Run.of("replay", tiny, "--events", events, "--validate", "--repeat", 0);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("6 validations of the pool in 6 operations, no overlap", "0 hazards");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pool", "driver", "arena"})
    void shouldWriteBlocksOfTheHost(String engine) {
        JsonNode json = json(
                "replay",
                tiny,
                "--engine",
                engine,
                "--device",
                "cpu:0",
                "--touch",
                "--validate",
                "--repeat",
                1,
                "--json");
        assertThat(json.get("ops_cpu_ns").asDouble()).isPositive();
        assertThat(json.get("hazards").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"pool, device", "pool, pinned", "driver, device", "driver, managed"})
    void shouldWriteBlocksOfTheSimulatedDevice(String engine, String kind) {
        JsonNode json = json(
                "replay",
                tiny,
                "--engine",
                engine,
                "--kind",
                kind,
                "--touch",
                "--validate",
                "--events",
                "lazy",
                "--repeat",
                0,
                "--json");
        assertThat(json.get("hazards").asInt()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pool", "driver", "arena"})
    void shouldMeasureSeveralThreads(String engine) {
        JsonNode json = json("replay", tiny, "--engine", engine, "--threads", 2, "--repeat", 2, "--json");
        assertThat(json.get("threads").asInt()).isEqualTo(2);
        assertThat(json.get("thread_wall_ns").asDouble()).isPositive();
        assertThat(json.get("throughput_wall_ns").asDouble())
                .isPositive()
                .isLessThan(json.get("thread_wall_ns").asDouble() * 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pool", "driver"})
    void shouldCountPagesOfTheSimulatedDevice(String engine) {
        JsonNode json = json("replay", tiny, "--engine", engine, "--repeat", 0, "--json");
        for (String count : new String[] {"pages_created", "pages_released", "map_calls", "unmap_calls"}) {
            assertThat(json.get(count).isNumber()).as(count).isTrue();
        }
        JsonNode host = json("replay", tiny, "--engine", engine, "--device", "cpu:0", "--repeat", 0, "--json");
        assertThat(host.get("vmm").asBoolean()).isTrue();
        for (String count : new String[] {"pages_created", "pages_released", "map_calls", "unmap_calls"}) {
            assertThat(host.get(count).isNumber()).as(count).isEqualTo(engine.equals("pool"));
        }
    }

    @Test
    void shouldMapNothingWhenVirtualMemoryIsTakenAway() {
        JsonNode mapped = json("replay", tiny, "--repeat", 0, "--json");
        assertThat(mapped.get("vmm").asBoolean()).isTrue();
        assertThat(mapped.get("pages_created").asInt()).isPositive();
        assertThat(mapped.get("driver_allocs").asInt()).isZero();
        for (JsonNode plain : List.of(
                json("replay", tiny, "--no-vmm", "--repeat", 0, "--json"),
                json("replay", tiny, "--option", "virtual-memory=false", "--repeat", 0, "--json"))) {
            assertThat(plain.get("vmm").asBoolean()).isFalse();
            assertThat(plain.get("pages_created").asInt()).isZero();
            assertThat(plain.get("driver_allocs").asInt()).isPositive();
        }
    }

    @Test
    void shouldChargeCallsThatHadTheirEffect() {
        Path large =
                Run.file(folder, "large.csv", "op,id,size,stream\na,1,1000,0\na,2,1073741824,0\nf,2,0,0\nf,1,0,0\n");
        JsonNode json =
                json("replay", large, "--engine", "driver", "--total", "64MiB", "--allow-oom", "--repeat", 0, "--json");
        assertThat(json.get("driver_allocs").asInt()).isEqualTo(2);
        assertThat(json.get("page_time_us").asInt()).isEqualTo(200);
        JsonNode host = json("replay", tiny, "--engine", "driver", "--device", "cpu:0", "--repeat", 0, "--json");
        assertThat(host.get("page_time_us").asInt()).isEqualTo(600);
    }

    @Test
    void shouldReplaySeveralTraces() {
        Path empty = Run.file(folder, "empty.csv", "op,id,size,stream\n");
        JsonNode json = json("replay", tiny, empty, "--repeat", 0, "--json");
        assertThat(json.fieldNames()).toIterable().containsExactly("runs");
        assertThat(json.get("runs")).hasSize(2);
        assertThat(json.get("runs").get(1).get("trace").asText()).isEqualTo(empty.toString());
        assertThat(json.get("runs").get(1).get("reserved_ratio").isNull()).isTrue();
    }

    @Test
    void shouldStopAtTheFirstFailedAllocation() {
        Path large = Run.file(folder, "large.csv", "op,id,size,stream\na,1,1000,0\na,2,1073741824,0\na,3,1000,0\n");
        Run run = Run.of("replay", large, "--total", "64MiB", "--json", "--repeat", 0);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("quarry: " + large + ": out of memory at event 2: ")
                .contains("cannot allocate", "reserved", "64.00 MiB")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pool", "driver"})
    void shouldCountAndSkipFailedAllocationsWhereAllowed(String engine) {
        Path large = Run.file(
                folder,
                "large.csv",
                "op,id,size,stream\na,1,1000,0\na,2,1073741824,0\na,3,1073741824,0\nf,2,0,0\nf,1,0,0\n");
        JsonNode json = json(
                "replay",
                large,
                "--engine",
                engine,
                "--total",
                "64MiB",
                "--allow-oom",
                "--validate",
                "--repeat",
                0,
                "--json");
        assertThat(json.get("oom").asInt()).isEqualTo(2);
        assertThat(json.get("allocations").asInt()).isEqualTo(3);
    }

    @Test
    void shouldObeyPoolOptionsAndKind() {
        JsonNode json = json(
                "replay",
                tiny,
                "--option",
                "segment-bytes=8MiB",
                "--option",
                "limit=1GB",
                "--kind",
                "pinned",
                "--no-vmm",
                "--repeat",
                0,
                "--validate",
                "--json");
        assertThat(json.get("options").get("segment-bytes").asText()).isEqualTo("8388608");
        assertThat(json.get("options").get("limit").asText()).isEqualTo("1073741824");
        assertThat(json.get("reserved_peak_bytes").asLong()).isGreaterThanOrEqualTo(8 << 20);
        assertThat(json.get("vmm").asBoolean()).isFalse();
    }

    @Test
    void shouldPrintATableForPeople() {
        Run run = Run.of("replay", tiny, "--repeat", 1);
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .startsWith(tiny + ": pool on sim:0")
                .contains("3 allocations, 1 live at the end", "ns CPU", "x live peak", "MiB");
    }

    private static JsonNode json(Object... args) {
        Run run = Run.of(args);
        if (List.of(args).contains("--validate")) {
            assertThat(run.err()).contains(" operations, no overlap");
        } else {
            assertThat(run.err()).isEmpty();
        }
        assertThat(run.exitCode()).isZero();
        try {
            return new ObjectMapper().readTree(run.out());
        } catch (JsonProcessingException e) {
            throw new AssertionError(run.out(), e);
        }
    }
}
