package dev.quarry.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RmmTest {
    private static final String HEADER = "Thread,Time,Action,Pointer,Size,Stream\n";

    @TempDir
    Path folder;

    @Test
    void shouldReadALog() {
        Path file = TraceFile.plain(
                folder,
                HEADER
                        + "2342727,15:47:02.841961,allocate,0x10012400000,1048576,0\n"
                        + "2342727,15:47:02.841977,allocate failure,(nil),99999999999,0\n"
                        + "2342727,15:47:02.841977,allocate,(nil),0,0\n"
                        + "2342727,15:47:02.841978,allocate,10012500000,256,0x2\n"
                        + "2342727,15:47:02.841979,free,(nil),0,0\n"
                        + "2342728,15:47:03.000000,free,0x10012400000,1048576,0x0\n");
        assertThat(TraceFile.events(file))
                .containsExactly(
                        "a 1099817811968 1048576 0 0", "a 1099818860544 256 2 1", "f 1099817811968 1048576 0 0");
        assertThat(TraceFile.convert(file, TraceFormat.QUARRY)).isEqualTo("""
            op,id,size,stream,t_ns,tag
            a,1099817811968,1048576,0,0,
            a,1099818860544,256,2,17000,
            f,1099817811968,0,0,158039000,
            """);
    }

    @Test
    void shouldGiveHandlesSmallNumbersThatNoStreamHas() {
        Path file = TraceFile.plain(
                folder,
                HEADER
                        + "1,1.0,allocate,0x1,1,0x7f8a38001020\n"
                        + "1,1.0,allocate,0x2,1,0x4\n"
                        + "1,1.0,allocate,0x3,1,0x3\n"
                        + "1,1.0,allocate,0x4,1,0x7f8a38001020\n"
                        + "1,1.0,allocate,0x5,1,0x7f8a38001028\n"
                        + "1,1.0,allocate,0x6,1,3\n");
        assertThat(TraceFile.events(file))
                .containsExactly("a 1 1 3 0", "a 2 1 4 1", "a 3 1 5 2", "a 4 1 3 3", "a 5 1 6 4", "a 6 1 5 5");
    }

    @ParameterizedTest
    @CsvSource({
        "10:00:00.000001, 10:00:01.5, 1499999000",
        "10:00:00:000001, 10:00:00:000002, 1000",
        "1634567890.123456, 1634567891.123456, 1000000000",
        "23:59:59.999999, 00:00:00.000000, 1000",
        "10:00:00.000002, 10:00:00.000001, 0",
    })
    void shouldReadTimes(String first, String second, long expected) throws IOException {
        Path file =
                TraceFile.plain(folder, HEADER + "1," + first + ",allocate,0x1,1,0\n1," + second + ",free,0x1,1,0\n");
        try (TraceReader reader = TraceReader.open(file)) {
            assertThat(reader.next()).isTrue();
            assertThat(reader.timeNanos()).isZero();
            assertThat(reader.next()).isTrue();
            assertThat(reader.timeNanos()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1,1.0,allocate,0x1,1 | 21 | the row has 5 fields",
                "1,1.0,deallocate,0x1,1,0 | 7 | Action is \"deallocate\"",
                "1,1.0,allocate,0xg,1,0 | 16 | Pointer is \"0xg\"",
                "1,1.0,allocate,0x8000000000000000,1,0 | 16 | Pointer is",
                "1,1.0,allocate,,1,0 | 16 | Pointer is \"\"",
                "1,1.0,allocate,0x1,-1,0 | 20 | Size is \"-1\"",
                "1,1.0,allocate,0x1,1,s | 22 | Stream is \"s\"",
                "1,soon,allocate,0x1,1,0 | 3 | Time is \"soon\"",
                "1,1:2,allocate,0x1,1,0 | 3 | Time is \"1:2\"",
                "1,1.2:3:4,allocate,0x1,1,0 | 3 | Time is \"1.2:3:4\"",
                "1,1:2:3:4:5,allocate,0x1,1,0 | 3 | Time is",
                "1,,allocate,0x1,1,0 | 3 | Time is \"\"",
                "1,1.0,free,0x1,1,0 | 12 | id 1 is not live",
            })
    void shouldNameThePlaceOfWhatIsMalformed(String row, int column, String message) {
        Path file = TraceFile.plain(folder, HEADER + row + "\n");
        assertThatThrownBy(() -> TraceFile.events(file))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageContaining(file + ":2:" + column + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void shouldWriteWhatRmmReads() {
        Path file = TraceFile.plain(
                folder,
                "op,id,size,stream,t_ns,tag\na,255,4096,0,0,x\na,256,1,18,3723000004567,\nf,255,0,18,3723000004999,\n");
        assertThat(TraceFile.convert(file, TraceFormat.RMM))
                .isEqualTo(HEADER
                        + "1,00:00:00.000000,allocate,0xff,4096,0\n"
                        + "1,01:02:03.000004,allocate,0x100,1,0x12\n"
                        + "1,01:02:03.000004,free,0xff,4096,0x12\n");
    }
}
