package dev.quarry.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class TracePropertyTest {
    private static Path folder = Path.of("");

    @BeforeContainer
    static void makeFolder() throws IOException {
        folder = Files.createTempDirectory("quarry-trace");
    }

    @AfterContainer
    static void removeFolder() throws IOException {
        Files.deleteIfExists(folder.resolve("trace.csv"));
        Files.delete(folder);
    }

    @Property(tries = 200)
    void shouldWriteWhatItRead(@ForAll long seed, @ForAll @IntRange(max = 400) int rows) {
        String text = RandomEvents.text(seed, rows);
        String expected = rows == 0 ? "op,id,size,stream\n" : text;
        assertThat(TraceFile.convert(file(text), TraceFormat.QUARRY)).isEqualTo(expected);
    }

    @Property(tries = 200)
    void shouldSurviveTheWayThroughRmm(@ForAll long seed, @ForAll @IntRange(min = 1, max = 400) int rows) {
        String text = RandomEvents.text(seed, rows);
        String rmm = TraceFile.convert(file(text), TraceFormat.RMM);
        String back = TraceFile.convert(file(rmm), TraceFormat.QUARRY);
        boolean timed = text.startsWith("op,id,size,stream,t_ns");
        assertThat(timed ? withoutOrigin(back, 5) : columns(back, 4))
                .isEqualTo(timed ? withoutOrigin(text, 5) : columns(text, 4));
    }

    @Property(tries = 200)
    void shouldBeTheSameTraceAgainWithSlotsForIds(@ForAll long seed, @ForAll @IntRange(max = 400) int rows)
            throws IOException {
        Trace trace = Trace.read(file(RandomEvents.text(seed, rows)));
        Trace again = Trace.read(file(withSlotsForIds(trace)));
        assertThat(again.operations()).isEqualTo(trace.operations());
        assertThat(again.allocations()).isEqualTo(trace.allocations());
        assertThat(again.slots()).isEqualTo(trace.slots());
        assertThat(again.livePeakBytes()).isEqualTo(trace.livePeakBytes());
        for (int i = 0; i < trace.operations(); i++) {
            assertThat(describe(again, i)).isEqualTo(describe(trace, i));
        }
    }

    @Property(tries = 200)
    void shouldHaveTheSameLivesAndPeakAsLifetimes(@ForAll long seed, @ForAll @IntRange(max = 400) int rows)
            throws IOException {
        Path file = file(RandomEvents.text(seed, rows));
        Trace trace = Trace.read(file);
        Trace lives = Trace.read(file(TraceFile.convert(file, TraceFormat.LIFETIMES)));
        assertThat(lives.allocations()).isEqualTo(trace.allocations());
        assertThat(lives.livePeakBytes()).isEqualTo(trace.livePeakBytes());
        for (int i = 0; i < trace.rows(); i++) { // the order at the end differs: there all lives end at one moment
            assertThat(lives.isAllocation(i)).isEqualTo(trace.isAllocation(i));
            assertThat(lives.bytes(i)).isEqualTo(trace.bytes(i));
            assertThat(lives.slot(i)).isEqualTo(trace.slot(i));
        }
    }

    private static Path file(String text) {
        return TraceFile.write(folder.resolve("trace.csv"), text.getBytes(StandardCharsets.UTF_8));
    }

    private static String withSlotsForIds(Trace trace) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TraceWriter writer = TraceWriter.to(bytes, TraceFormat.QUARRY)) {
            for (int i = 0; i < trace.operations(); i++) {
                int stream = trace.streamNumber(trace.stream(i));
                if (trace.isAllocation(i)) {
                    writer.allocate(trace.slot(i), trace.bytes(i), stream, -1, "");
                } else {
                    writer.free(trace.slot(i), trace.bytes(i), stream, -1);
                }
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String describe(Trace trace, int i) {
        return trace.isAllocation(i) + " " + trace.slot(i) + " " + trace.bytes(i) + " "
                + trace.streamNumber(trace.stream(i)) + " " + trace.isForeignFree(i);
    }

    /** Returns the first columns of each row. */
    private static String columns(String text, int count) {
        return text.replaceAll("(?m)^((?:[^,\n]*,){" + (count - 1) + "}[^,\n]*).*$", "$1");
    }

    /** Returns the first columns, with times counted from the first row's. */
    private static String withoutOrigin(String text, int count) {
        String[] lines = columns(text, count).split("\n", -1);
        long origin = -1;
        for (int i = 1; i < lines.length - 1; i++) {
            int comma = lines[i].lastIndexOf(',');
            long time = Long.parseLong(lines[i].substring(comma + 1));
            origin = origin < 0 ? time : origin;
            lines[i] = lines[i].substring(0, comma + 1) + (time - origin);
        }
        return String.join("\n", lines);
    }
}
