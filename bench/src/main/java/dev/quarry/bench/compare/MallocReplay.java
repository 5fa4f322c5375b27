package dev.quarry.bench.compare;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.quarry.bench.LibC;
import dev.quarry.trace.Trace;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The replay of a trace through {@code malloc} and {@code free}, measured by the rules of {@code quarry replay}: the peer by
 * which sittings and machines are compared.
 *
 * <p>Blocks stay untouched, so that traces larger than the machine's memory can be replayed as far as the system hands out
 * addresses. What it refuses is counted and skipped.
 */
public final class MallocReplay {
    private static final int USUAL_REPEAT = 31;

    private final Trace trace;
    /** By slot: the address of its block, 0 if it has none. */
    private final long[] live;

    private long failures;

    MallocReplay(Trace trace) {
        this.trace = trace;
        this.live = new long[trace.slots()];
    }

    /**
     * Replays the trace named by the arguments, and prints one line of JSON.
     *
     * @param args {@code TRACE [--repeat N]}
     */
    public static void main(String[] args) throws IOException {
        boolean repeated = args.length == 3 && args[1].equals("--repeat") && args[2].matches("[1-9][0-9]{0,5}");
        if (args.length != 1 && !repeated) {
            System.err.println("usage: MallocReplay TRACE [--repeat N]");
            System.exit(2);
        }
        int repeat = repeated ? Integer.parseInt(args[2]) : USUAL_REPEAT;
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("trace", args[0]);
        figures.putAll(new MallocReplay(Trace.read(Path.of(args[0]))).measure(repeat));
        System.out.println(new JsonMapper().writeValueAsString(figures));
    }

    /** Replays cold, then timed; returns the figures under the keys that {@code quarry replay --json} gives them. */
    Map<String, Object> measure(int repeat) {
        long start = System.nanoTime();
        replay();
        long coldNanos = System.nanoTime() - start;
        long coldFailures = failures;
        int operations = Math.max(1, trace.allocations());
        ReplayTiming timing = ReplayTiming.measure(this::replay, operations, repeat);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("engine", "malloc");
        figures.put("allocations", trace.allocations());
        figures.put("ops_cpu_ns", rounded(timing.cpuNanos()));
        figures.put("ops_wall_ns", rounded(timing.wallNanos()));
        figures.put("cold_ns", rounded((double) coldNanos / operations));
        figures.put("live_peak_bytes", trace.livePeakBytes());
        figures.put("oom", coldFailures);
        return figures;
    }

    private void replay() {
        int operations = trace.operations();
        for (int i = 0; i < operations; i++) {
            int slot = trace.slot(i);
            if (trace.isAllocation(i)) {
                long address = LibC.malloc(trace.bytes(i));
                live[slot] = address;
                if (address == 0) {
                    failures++;
                }
            } else if (live[slot] != 0) {
                LibC.free(live[slot]);
                live[slot] = 0;
            }
        }
    }

    private static BigDecimal rounded(double nanos) {
        return BigDecimal.valueOf(nanos).setScale(2, RoundingMode.HALF_UP);
    }
}
