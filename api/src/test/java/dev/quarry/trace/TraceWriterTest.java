package dev.quarry.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TraceWriterTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void shouldLeaveTimesAndTagsOutWhenTheFirstEventHasNone() throws IOException {
        try (TraceWriter writer = TraceWriter.to(bytes, TraceFormat.QUARRY)) {
            writer.allocate(1, 2, 3, -1, "");
            writer.free(1, 2, 4, 99);
        }
        assertThat(text()).isEqualTo("op,id,size,stream\na,1,2,3\nf,1,0,4\n");
    }

    @Test
    void shouldLeaveMissingTimesEmpty() throws IOException {
        try (TraceWriter writer = TraceWriter.to(bytes, TraceFormat.QUARRY)) {
            writer.allocate(1, Long.MAX_VALUE, 3, -1, "conv::größe");
            writer.free(1, Long.MAX_VALUE, 3, 0);
        }
        assertThat(text())
                .isEqualTo("op,id,size,stream,t_ns,tag\na,1,9223372036854775807,3,,conv::größe\nf,1,0,3,0,\n");
    }

    @Test
    void shouldWriteTextsLargerThanItsBuffer() throws IOException {
        String tag = "x".repeat(70_000);
        try (TraceWriter writer = TraceWriter.to(bytes, TraceFormat.QUARRY)) {
            writer.allocate(1, 2, 3, 4, tag);
        }
        assertThat(text()).isEqualTo("op,id,size,stream,t_ns,tag\na,1,2,3,4," + tag + "\n");
    }

    @Test
    void shouldRefuseWhatNoReaderAccepts() throws IOException {
        try (TraceWriter writer = TraceWriter.to(bytes, TraceFormat.QUARRY)) {
            refused(() -> writer.allocate(-1, 1, 0, -1, ""), "id = -1");
            refused(() -> writer.allocate(1, 0, 0, -1, ""), "bytes = 0");
            refused(() -> writer.allocate(1, 1, -1, -1, ""), "stream = -1");
            refused(() -> writer.allocate(1, 1, 0, -1, "a,b"), "tag = \"a,b\"");
            refused(() -> writer.allocate(1, 1, 0, -1, "a\nb"), "no line break");
            refused(() -> writer.free(-1, 1, 0, -1), "id = -1");
        }
        assertThat(text()).isEqualTo("op,id,size,stream\n");
    }

    @Test
    void shouldCloseItsOutputOnce() throws IOException {
        int[] closes = new int[1];
        OutputStream out = new ByteArrayOutputStream() {
            @Override
            public void close() {
                closes[0]++;
            }
        };
        for (TraceFormat format : TraceFormat.values()) {
            closes[0] = 0;
            TraceWriter writer = TraceWriter.to(out, format);
            writer.close();
            writer.close();
            assertThat(closes[0]).isEqualTo(1);
        }
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
