package dev.quarry.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceTest {
    @TempDir
    Path folder;

    @Test
    void shouldAppendFreesByAscendingId() throws IOException {
        Trace trace = Trace.read(TraceFile.plain(
                folder, "op,id,size,stream\na,30,1,0\na,10,2,5\na,20,3,0\na,5,9,0\nf,30,0,0\na,25,4,7\n"));
        assertThat(trace.rows()).isEqualTo(6);
        assertThat(trace.operations()).isEqualTo(10);
        assertThat(trace.allocations()).isEqualTo(5);
        assertThat(trace.slots()).isEqualTo(4);
        assertThat(describe(trace, 6)).isEqualTo("f slot 3 bytes 9 stream 0");
        assertThat(describe(trace, 7)).isEqualTo("f slot 1 bytes 2 stream 5");
        assertThat(describe(trace, 8)).isEqualTo("f slot 2 bytes 3 stream 0");
        assertThat(describe(trace, 9)).isEqualTo("f slot 0 bytes 4 stream 7");
    }

    @Test
    void shouldNumberStreamsByFirstUse() throws IOException {
        Trace trace = Trace.read(TraceFile.plain(folder, "op,id,size,stream\na,1,1,9\na,2,1,0\nf,1,0,0\nf,2,0,0\n"));
        assertThat(trace.streams()).isEqualTo(2);
        assertThat(trace.streamNumber(0)).isEqualTo(9);
        assertThat(trace.streamNumber(1)).isZero();
        assertThat(trace.stream(2)).isEqualTo(1);
        assertThat(trace.isForeignFree(2)).isTrue();
        assertThat(trace.isForeignFree(3)).isFalse();
    }

    @Test
    void shouldKnowTheLivePeak() throws IOException {
        Trace trace = Trace.read(TraceFile.plain(
                folder, "op,id,size,stream\na,1,100,0\na,2,50,0\nf,1,0,0\na,3,70,0\nf,2,0,0\nf,3,0,0\n"));
        assertThat(trace.livePeakBytes()).isEqualTo(150);
    }

    @Test
    void shouldBeEmptyForAFileWithoutRows() throws IOException {
        Trace trace = Trace.read(TraceFile.plain(folder, "op,id,size,stream\n"));
        assertThat(trace.operations()).isZero();
        assertThat(trace.slots()).isZero();
        assertThat(trace.streams()).isZero();
        assertThat(trace.livePeakBytes()).isZero();
    }

    private static String describe(Trace trace, int operation) {
        return (trace.isAllocation(operation) ? "a" : "f") + " slot " + trace.slot(operation) + " bytes "
                + trace.bytes(operation) + " stream " + trace.streamNumber(trace.stream(operation));
    }
}
