package dev.quarry.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceReaderTest {
    @TempDir
    Path folder;

    @Test
    void shouldReadEvents() {
        Path file = TraceFile.plain(folder, "op,id,size,stream\na,7,100,0\na,3,50,2\nf,7,0,1\na,7,1,0\n");
        assertThat(TraceFile.events(file)).containsExactly("a 7 100 0 0", "a 3 50 2 1", "f 7 100 1 0", "a 7 1 0 0");
    }

    @Test
    void shouldReuseTheSlotFreedLast() {
        Path file = TraceFile.plain(
                folder, "op,id,size,stream\na,0,1,0\na,1,1,0\na,2,1,0\nf,1,0,0\nf,0,0,0\na,3,1,0\na,4,1,0\na,5,1,0\n");
        assertThat(TraceFile.events(file)).endsWith("f 1 1 0 1", "f 0 1 0 0", "a 3 1 0 0", "a 4 1 0 1", "a 5 1 0 3");
    }

    @Test
    void shouldAcceptCrlfAndAMissingEndOfLine() {
        Path file = TraceFile.plain(folder, "op,id,size,stream\r\na,7,100,0\r\nf,7,0,0");
        assertThat(TraceFile.events(file)).containsExactly("a 7 100 0 0", "f 7 100 0 0");
    }

    @Test
    void shouldAcceptAHeaderWithoutRows() {
        assertThat(TraceFile.events(TraceFile.plain(folder, "op,id,size,stream")))
                .isEmpty();
        assertThat(TraceFile.events(TraceFile.plain(folder, "op,id,size,stream\r\n")))
                .isEmpty();
    }

    @Test
    void shouldIgnoreFurtherColumnsAndTheSizeOfFrees() {
        Path file = TraceFile.plain(folder, """
            op,id,size,stream,t_ns,tag,more,and,more
            a,1,5,0,0,x,-1,?,"
            f,1,-7,0,3,,,,,,,
            """);
        assertThat(TraceFile.events(file)).containsExactly("a 1 5 0 0", "f 1 5 0 0");
    }

    @Test
    void shouldIgnoreColumnsOfOtherNames() {
        Path file = TraceFile.plain(folder, "op,id,size,stream,comment\na,1,5,0,not a time\nf,1,,0\n");
        assertThat(TraceFile.events(file)).containsExactly("a 1 5 0 0", "f 1 5 0 0");
    }

    @Test
    void shouldReadTimesAndTags() throws IOException {
        Path file = TraceFile.plain(
                folder, "op,id,size,stream,t_ns,tag\na,1,5,0,0,aten::empty\na,2,5,0\na,3,5,0,17,größe\nf,1,0,0,18,\n");
        try (TraceReader reader = TraceReader.open(file)) {
            assertThat(reader.next()).isTrue();
            assertThat(reader.timeNanos()).isZero();
            assertThat(reader.tag()).isEqualTo("aten::empty");
            assertThat(reader.next()).isTrue();
            assertThat(reader.timeNanos()).isEqualTo(-1);
            assertThat(reader.tag()).isEmpty();
            assertThat(reader.next()).isTrue();
            assertThat(reader.tag()).isEqualTo("größe");
            assertThat(reader.next()).isTrue();
            assertThat(reader.timeNanos()).isEqualTo(18);
            assertThat(reader.tag()).isEmpty();
            assertThat(reader.next()).isFalse();
            assertThat(reader.rows()).isEqualTo(4);
        }
    }

    @Test
    void shouldTellFreesOnOtherStreamsAndTheLivePeak() throws IOException {
        Path file = TraceFile.plain(folder, "op,id,size,stream\na,1,5,1\na,2,6,1\nf,1,0,2\nf,2,0,1\na,3,7,0\n");
        try (TraceReader reader = TraceReader.open(file)) {
            assertThat(reader.format()).isEqualTo(TraceFormat.QUARRY);
            String foreign = "";
            while (reader.next()) {
                foreign += reader.isForeignFree() ? "+" : "-";
            }
            assertThat(foreign).isEqualTo("--+--");
            assertThat(reader.livePeakBytes()).isEqualTo(11);
        }
    }

    @Test
    void shouldReadLinesAcrossBufferBorders() throws IOException {
        StringBuilder text = new StringBuilder("op,id,size,stream,t_ns,tag\n");
        for (int i = 0; i < 20_000; i++) {
            text.append("a,")
                    .append(i)
                    .append(",4096,0,")
                    .append(i)
                    .append(",tag")
                    .append(i % 7)
                    .append('\n');
        }
        Path file = TraceFile.plain(folder, text.toString());
        try (TraceReader reader = TraceReader.open(file)) {
            for (int i = 0; i < 20_000; i++) {
                assertThat(reader.next()).isTrue();
                assertThat(reader.id()).isEqualTo(i);
                assertThat(reader.tag()).isEqualTo("tag" + i % 7);
                assertThat(reader.line()).isEqualTo(i + 2L);
            }
            assertThat(reader.next()).isFalse();
        }
    }

    @Test
    void shouldReadTheLargestNumbers() {
        Path file =
                TraceFile.plain(folder, "op,id,size,stream\na,9223372036854775807,9223372036854775807,2147483647\n");
        assertThat(TraceFile.events(file)).containsExactly("a 9223372036854775807 9223372036854775807 2147483647 0");
    }

    @Test
    void shouldThrowWhenThereIsNoFile() {
        assertThatThrownBy(() -> TraceReader.open(folder.resolve("none.csv"))).isInstanceOf(NoSuchFileException.class);
    }
}
