package dev.quarry.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a file can be malformed, with the place that the message names. */
class TraceFormatExceptionTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a,1,5 | 2 | 6 | the row has 3 fields (expected: at least 4",
                "a | 2 | 2 | the row has 1 field (expected: at least 4",
                "`` | 2 | 1 | the row has 1 field",
                "x,1,5,0 | 2 | 1 | op is \"x\" (expected: a or f)",
                "alloc,1,5,0 | 2 | 1 | op is \"alloc\"",
                "A,1,5,0 | 2 | 1 | op is \"A\"",
                ",1,5,0 | 2 | 1 | op is \"\"",
                "\"a\",1,5,0 | 2 | 1 | op is \"\"a\"\"",
                "a,x,5,0 | 2 | 3 | id is \"x\" (expected: a whole number from 0 to 9223372036854775807)",
                "a,,5,0 | 2 | 3 | id is \"\"",
                "a,-1,5,0 | 2 | 3 | id is \"-1\"",
                "a, 1,5,0 | 2 | 3 | id is \" 1\"",
                "a,9223372036854775808,5,0 | 2 | 3 | id is \"9223372036854775808\"",
                "a,1,0,0 | 2 | 5 | size is \"0\" (expected: a whole number from 1 to 9223372036854775807)",
                "a,1,-5,0 | 2 | 5 | size is \"-5\"",
                "a,1,+5,0 | 2 | 5 | size is \"+5\"",
                "a,1,5.0,0 | 2 | 5 | size is \"5.0\"",
                "a,1,9223372036854775808,0 | 2 | 5 | size is \"9223372036854775808\"",
                "a,1,99999999999999999999999,0 | 2 | 5 | size is \"99999999999999999999999\"",
                "a,1,5,x | 2 | 7 | stream is \"x\" (expected: a whole number from 0 to 2147483647)",
                "a,1,5,-1 | 2 | 7 | stream is \"-1\"",
                "a,1,5, | 2 | 7 | stream is \"\"",
                "a,1,5,2147483648 | 2 | 7 | stream is \"2147483648\"",
                "a,10,5,0,soon, | 2 | 10 | t_ns is \"soon\"",
                "a,10,5,0,-4, | 2 | 10 | t_ns is \"-4\"",
                "f,1,0,0 | 2 | 3 | id 1 is not live (expected: the id of a live block)",
                "f,1,0,-1 | 2 | 7 | stream is \"-1\"",
            })
    void shouldNameThePlaceInTheFirstRow(String row, long line, int column, String message) {
        expect("op,id,size,stream,t_ns,tag\n" + row + "\n", line, column, message);
        expect("op,id,size,stream,t_ns,tag\r\n" + row + "\r\n", line, column, message);
    }

    @Test
    void shouldNameTheIdThatIsLiveAlready() {
        expect("op,id,size,stream\na,11,5,0\na,12,5,0\na,11,5,0\n", 4, 3, "id 11 is live already");
    }

    @Test
    void shouldNameTheIdThatWasFreed() {
        expect("op,id,size,stream\na,11,5,0\nf,11,0,0\nf,11,0,0\n", 4, 3, "id 11 is not live");
    }

    @Test
    void shouldRefuseSizesThatOverflowInSum() {
        expect(
                "op,id,size,stream\na,1,9223372036854775807,0\na,2,1,0\n",
                3,
                5,
                "all live blocks are too large in sum (expected: less than 2^63 bytes)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a,1,5,0\n",
                "op,id,size\n",
                "op;id;size;stream\n",
                "Op,Id,Size,Stream\n",
                "id,op,size,stream\n",
                "Thread,Time,Action,Pointer,Size\n",
                "\n",
                "\u0080\u0004\n"
            })
    void shouldRefuseUnknownHeaders(String text) {
        expect(text, 1, 1, "unknown header");
    }

    @Test
    void shouldRefuseAnEmptyFile() {
        expect("", 1, 1, "the file is empty (expected: op,id,size,stream or Thread,");
    }

    @Test
    void shouldRefuseALineWithoutEnd() {
        expect("op,id,size,stream\n" + "9".repeat(70_000), 2, 1, "the line is longer than 65536 bytes");
    }

    @Test
    void shouldShortenAndCleanWhatItQuotes() {
        expect("op,id,size,stream\na,\t" + "z".repeat(100) + ",1,0\n", 2, 3, "id is \"?" + "z".repeat(59) + "…\"");
    }

    @Test
    void shouldRefuseGzipThatEndsEarlyWhereverItIsCut() {
        byte[] whole = TraceFile.gzip("op,id,size,stream\na,1,5,0\nf,1,0,0\n");
        for (int length = 2; length < whole.length; length++) {
            Path file = TraceFile.write(folder.resolve("cut.csv.gz"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TraceFile.events(file))
                    .isInstanceOf(TraceFormatException.class)
                    .hasMessageContaining("the gzip data ends early (expected: a complete gzip file)");
        }
    }

    @Test
    void shouldRefuseGzipThatIsDamaged() {
        byte[] bytes = TraceFile.gzip("op,id,size,stream\na,1,5,0\nf,1,0,0\n");
        bytes[bytes.length - 6] ^= 1; // in the checksum
        Path file = TraceFile.write(folder.resolve("damaged.csv.gz"), bytes);
        assertThatThrownBy(() -> TraceFile.events(file))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageContaining("the gzip data is damaged");
    }

    @Test
    void shouldTellGzipByItsFirstBytesAndNotByTheName() {
        Path file = TraceFile.write(folder.resolve("trace.csv"), TraceFile.gzip("op,id,size,stream\na,1,5,0\n"));
        assertThat(TraceFile.events(file)).containsExactly("a 1 5 0 0");
        Path plain = TraceFile.write(
                folder.resolve("trace.gz"), "op,id,size,stream\na,1,5,0\n".getBytes(StandardCharsets.UTF_8));
        assertThat(TraceFile.events(plain)).containsExactly("a 1 5 0 0");
    }

    private void expect(String text, long line, int column, String message) {
        Path file = TraceFile.plain(folder, text);
        TraceFormatException thrown = catchThrowableOfType(TraceFormatException.class, () -> TraceFile.events(file));
        assertThat(thrown).isNotNull();
        assertThat(thrown.getMessage())
                .startsWith(file + ":" + line + ":" + column + ": ")
                .contains(message);
        assertThat(thrown.file()).isEqualTo(file.toString());
        assertThat(thrown.line()).isEqualTo(line);
        assertThat(thrown.column()).isEqualTo(column);
    }
}
