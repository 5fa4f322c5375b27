package dev.quarry.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten million rows in the heap of 1 GiB that the tests run with. */
class TraceStress {
    private static final int ROWS = 10_000_000;

    @TempDir
    Path folder;

    @Test
    void shouldReadTenMillionRowsOfWhichFewAreLive() throws IOException {
        Trace trace = Trace.read(write(1000));
        assertThat(trace.rows()).isEqualTo(ROWS);
        assertThat(trace.allocations()).isEqualTo(ROWS / 2);
        assertThat(trace.slots()).isEqualTo(1000);
    }

    @Test
    void shouldReadTenMillionRowsOfWhichHalfAreLiveAtOnce() throws IOException {
        Trace trace = Trace.read(write(ROWS / 2));
        assertThat(trace.slots()).isEqualTo(ROWS / 2);
    }

    @Test
    void shouldReadTenMillionAllocationsThatAreNeverFreed() throws IOException {
        Trace trace = Trace.read(write(Integer.MAX_VALUE));
        assertThat(trace.operations()).isEqualTo(2 * ROWS);
        assertThat(trace.slots()).isEqualTo(ROWS);
    }

    /** Writes a trace that allocates up to a number of blocks, then frees them, and so on. */
    private Path write(int mostLive) throws IOException {
        Path file = folder.resolve("trace.csv");
        try (TraceWriter writer =
                TraceWriter.to(new BufferedOutputStream(Files.newOutputStream(file)), TraceFormat.QUARRY)) {
            long allocated = 0;
            long freed = 0;
            for (int row = 0; row < ROWS; row++) {
                boolean full = allocated - freed == mostLive || ROWS - row == allocated - freed;
                if (full && mostLive < ROWS) {
                    writer.free(freed++, 512, 0, row);
                } else {
                    writer.allocate(allocated++, 512, 0, row, "tag");
                }
            }
        }
        return file;
    }
}
