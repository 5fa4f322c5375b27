package dev.quarry.tools.replay;

import dev.quarry.trace.Trace;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The figures of one replayed trace. Immutable; {@code null} stands for what was not measured or does not exist. */
public final class ReplayResult {
    private final Builder values;

    private ReplayResult(Builder values) {
        this.values = values;
    }

    /** Returns the figures under the keys of the {@code --json} output, in its order. */
    public Map<String, @Nullable Object> toJson() {
        Counters cold = values.cold;
        Timing timing = values.timing;
        long ops = values.trace.allocations();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("trace", values.name);
        json.put("engine", values.settings.engine().toString());
        json.put("device", values.device);
        json.put("vmm", values.virtualMemory);
        json.put("options", values.options);
        json.put("allocations", ops);
        json.put("ops_cpu_ns", timing == null ? null : rounded(timing.cpuNanos(), 2));
        json.put("ops_wall_ns", timing == null ? null : rounded(timing.wallNanos(), 2));
        json.put("cold_ns", values.coldNanos == null || ops == 0 ? null : rounded((double) values.coldNanos / ops, 2));
        json.put("live_peak_bytes", values.trace.livePeakBytes());
        json.put("allocated_peak_bytes", cold.allocatedPeakBytes());
        json.put("reserved_peak_bytes", cold.reservedPeakBytes());
        json.put("reserved_ratio", reservedRatio());
        putDriver(json, cold);
        json.put("oom", values.failures);
        json.put("gc_bytes_per_op", timing == null ? null : rounded(timing.garbageBytes(), 2));
        json.put("threads", values.settings.threads());
        json.put("thread_wall_ns", timing == null ? null : rounded(timing.wallNanos(), 2));
        json.put("throughput_wall_ns", timing == null ? null : rounded(timing.throughputNanos(), 2));
        return json;
    }

    private void putDriver(Map<String, @Nullable Object> json, Counters cold) {
        Long stallNanos = cold.stallNanos();
        json.put("driver_allocs", cold.driverAllocs());
        json.put("driver_frees", cold.driverFrees());
        json.put("pages_created", cold.pagesCreated());
        json.put("pages_released", cold.pagesReleased());
        json.put("map_calls", cold.mapCalls());
        json.put("unmap_calls", cold.unmapCalls());
        json.put("page_time_us", cold.pageTimeMicros());
        json.put("stalls", cold.stalls());
        json.put("stall_us", stallNanos == null ? null : rounded(stallNanos / 1e3, 1));
        json.put("hazards", cold.hazards());
        json.put("events", cold.events());
        json.put("warm_driver_calls", values.warmDriverCalls);
        json.put("l1_hits", cold.l1Hits());
        json.put("l2_hits", cold.l2Hits());
        json.put("index_hits", cold.indexHits());
    }

    /** Returns the reserved peak over the live peak, or {@code null}. */
    @Nullable
    BigDecimal reservedRatio() {
        Long reserved = values.cold.reservedPeakBytes();
        long live = values.trace.livePeakBytes();
        return reserved == null || live == 0 ? null : rounded((double) reserved / live, 4);
    }

    /** Returns how often the pool was validated in the cold replay. */
    public long validations() {
        return values.validations;
    }

    /** Returns what was checked in the cold replay, as text. */
    public String checks() {
        return values.checks();
    }

    /** Returns the figures as lines for people. */
    public String toText() {
        return ReplayText.of(this);
    }

    /** Returns what the figures were made of. */
    Builder values() {
        return values;
    }

    private static BigDecimal rounded(double value, int digits) {
        return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
    }

    /** The figures while they come in. */
    static final class Builder {
        final String name;
        final ReplaySettings settings;
        final Trace trace;
        String device = "";
        boolean virtualMemory;

        @Nullable
        Map<String, String> options;

        Counters cold = Counters.none();

        @Nullable
        Long coldNanos;

        @Nullable
        Long warmDriverCalls;

        @Nullable
        Timing timing;

        long failures;
        long validations;

        Builder(String name, ReplaySettings settings, Trace trace) {
            this.name = name;
            this.settings = settings;
            this.trace = trace;
        }

        void target(String opened, boolean hasVirtualMemory, @Nullable Map<String, String> inForce) {
            device = opened;
            virtualMemory = hasVirtualMemory;
            options = inForce;
        }

        void cold(Counters counters, long failed) {
            cold = counters;
            failures = failed;
        }

        void coldNanos(long nanos) {
            coldNanos = nanos;
        }

        void warmDriverCalls(@Nullable Long calls) {
            warmDriverCalls = calls;
        }

        void timing(Timing measured) {
            timing = measured;
        }

        void validations(long count) {
            validations = count;
        }

        String checks() {
            String pool = options == null ? "" : validations + " validations of the pool in ";
            return pool + trace.operations() + " operations, no overlap";
        }

        ReplayResult build() {
            return new ReplayResult(this);
        }
    }
}
