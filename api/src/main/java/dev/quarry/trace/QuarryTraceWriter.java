package dev.quarry.trace;

import java.io.IOException;

/** A writer of Quarry's own format. */
final class QuarryTraceWriter extends TraceWriter {
    private final LineWriter lines;
    private boolean started;
    private boolean detailed;

    QuarryTraceWriter(LineWriter lines) {
        this.lines = lines;
    }

    @Override
    void writeAllocation(long id, long bytes, int stream, long timeNanos, String tag) throws IOException {
        start(timeNanos >= 0 || !tag.isEmpty());
        lines.text("a,").number(id).character(',').number(bytes).character(',').number(stream);
        end(timeNanos, tag);
    }

    @Override
    void writeFree(long id, long bytes, int stream, long timeNanos) throws IOException {
        start(timeNanos >= 0);
        lines.text("f,").number(id).text(",0,").number(stream);
        end(timeNanos, "");
    }

    private void start(boolean withDetails) throws IOException {
        if (!started) {
            started = true;
            detailed = withDetails;
            lines.text(TraceFormat.QUARRY.header())
                    .text(detailed ? ",t_ns,tag" : "")
                    .endLine();
        }
    }

    private void end(long timeNanos, String tag) throws IOException {
        if (detailed) {
            lines.character(',');
            if (timeNanos >= 0) {
                lines.number(timeNanos);
            }
            lines.character(',').text(tag);
        }
        lines.endLine();
    }

    @Override
    public void close() throws IOException {
        try (lines) {
            start(false);
        }
    }
}
