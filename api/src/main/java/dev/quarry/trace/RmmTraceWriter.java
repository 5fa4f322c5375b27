package dev.quarry.trace;

import java.io.IOException;

/** A writer of logs as RMM's {@code logging_resource_adaptor} writes them, all from thread 1. */
final class RmmTraceWriter extends TraceWriter {
    private final LineWriter lines;

    RmmTraceWriter(LineWriter lines) throws IOException {
        this.lines = lines;
        lines.text(TraceFormat.RMM.header()).endLine();
    }

    @Override
    void writeAllocation(long id, long bytes, int stream, long timeNanos, String tag) throws IOException {
        write(",allocate,", id, bytes, stream, timeNanos);
    }

    @Override
    void writeFree(long id, long bytes, int stream, long timeNanos) throws IOException {
        write(",free,", id, bytes, stream, timeNanos);
    }

    private void write(String action, long id, long bytes, int stream, long timeNanos) throws IOException {
        lines.text("1,");
        time(Math.max(0, timeNanos) / 1000);
        lines.text(action).hexadecimal(id).character(',').number(bytes).character(',');
        if (stream == 0) {
            lines.character('0'); // as RMM prints a null handle
        } else {
            lines.hexadecimal(stream);
        }
        lines.endLine();
    }

    private void time(long micros) throws IOException {
        long seconds = micros / 1_000_000;
        lines.padded(seconds / 3600, 2).character(':').padded(seconds / 60 % 60, 2);
        lines.character(':').padded(seconds % 60, 2).character('.').padded(micros % 1_000_000, 6);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
