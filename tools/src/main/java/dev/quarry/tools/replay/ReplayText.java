package dev.quarry.tools.replay;

import dev.quarry.ByteSize;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The figures of a replay as a table for people. */
final class ReplayText {
    private final StringBuilder text = new StringBuilder();

    private ReplayText() {}

    /** Returns the table: a title, then a line per topic. */
    static String of(ReplayResult result) {
        ReplayText table = new ReplayText();
        ReplayResult.Builder values = result.values();
        table.text.append(
                String.format(Locale.ROOT, "%s: %s on %s%n", values.name, values.settings.engine(), values.device));
        table.trace(values);
        table.time(values);
        table.memory(result, values.cold);
        table.calls(values);
        return table.text.toString();
    }

    private void trace(ReplayResult.Builder values) {
        int appended = values.trace.operations() - values.trace.rows();
        line(
                "trace",
                "%d allocations, %d live at the end, live peak %s",
                values.trace.allocations(),
                appended,
                ByteSize.format(values.trace.livePeakBytes()));
        line("failed", "%d allocations out of memory", values.failures);
        if (values.settings.validate()) {
            line("checked", "%s", values.checks());
        }
    }

    private void time(ReplayResult.Builder values) {
        Timing timing = values.timing;
        Long cold = values.coldNanos;
        if (cold != null && values.trace.allocations() > 0) {
            line("cold", "%.1f ns per operation", (double) cold / values.trace.allocations());
        }
        if (timing == null) {
            return;
        }
        line(
                "warm",
                "%.1f ns CPU, %.1f ns wall per operation (median of %d samples)",
                timing.cpuNanos(),
                timing.wallNanos(),
                values.settings.repeat());
        if (values.settings.threads() > 1) {
            line(
                    "threads",
                    "%d, together %.1f ns wall per operation",
                    values.settings.threads(),
                    timing.throughputNanos());
        }
        line("garbage", "%.1f B on the Java heap per operation", timing.garbageBytes());
    }

    private void memory(ReplayResult result, Counters cold) {
        if (cold.reservedPeakBytes() != null && cold.allocatedPeakBytes() != null) {
            line(
                    "memory",
                    "reserved peak %s = %s x live peak, allocated peak %s",
                    ByteSize.format(cold.reservedPeakBytes()),
                    text(result.reservedRatio()),
                    ByteSize.format(cold.allocatedPeakBytes()));
        }
    }

    private void calls(ReplayResult.Builder values) {
        Counters cold = values.cold;
        if (cold.driverAllocs() != null && cold.driverFrees() != null && cold.pageTimeMicros() != null) {
            Long warm = values.warmDriverCalls;
            line(
                    "driver",
                    "cold %d allocations, %d frees, modelled %.1f ms%s",
                    cold.driverAllocs(),
                    cold.driverFrees(),
                    cold.pageTimeMicros() / 1e3,
                    warm == null ? "" : "; warm " + warm + " calls");
        }
        if (cold.l1Hits() != null) {
            line(
                    "served",
                    "stream cache %s, index %s, handed over %s",
                    text(cold.l1Hits()),
                    text(cold.indexHits()),
                    text(cold.l2Hits()));
        }
        if (cold.events() != null) {
            line(
                    "waiting",
                    "%s events, %s stalls, %s hazards",
                    text(cold.events()),
                    text(cold.stalls()),
                    text(cold.hazards()));
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // all formats stand in this class
    private void line(String name, String format, Object... values) {
        text.append(String.format(Locale.ROOT, "  %-8s ", name));
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }

    private static String text(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }
}
