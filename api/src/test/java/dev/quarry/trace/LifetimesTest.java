package dev.quarry.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifetimesTest {
    @TempDir
    Path folder;

    @Test
    void shouldTakeRowsForTimesAndEndWithTheLastRow() {
        Path file = TraceFile.plain(folder, "op,id,size,stream\na,7,100,0\na,9,50,0\nf,7,0,0\na,3,1,0\nf,3,0,0\n");
        assertThat(TraceFile.convert(file, TraceFormat.LIFETIMES))
                .isEqualTo("id,lower,upper,size\n7,0,2,100\n9,1,5,50\n3,3,4,1\n");
    }

    @Test
    void shouldNumberAllocationsWhereIdsAreUsedAgain() {
        Path file = TraceFile.plain(folder, "op,id,size,stream\na,7,100,0\nf,7,0,0\na,7,50,0\na,9,1,0\n");
        assertThat(TraceFile.convert(file, TraceFormat.LIFETIMES))
                .isEqualTo("id,lower,upper,size\n0,0,1,100\n1,2,4,50\n2,3,4,1\n");
    }

    @Test
    void shouldWriteAHeaderForNoEvents() {
        assertThat(TraceFile.convert(TraceFile.plain(folder, "op,id,size,stream\n"), TraceFormat.LIFETIMES))
                .isEqualTo("id,lower,upper,size\n");
    }

    @Test
    void shouldReadFreesBeforeAllocationsOfTheSameMoment() {
        Path file = TraceFile.plain(folder, "id,lower,upper,size,offset\n5,4,9,30,0\n6,0,4,20,0\n7,0,20,10,0\n");
        assertThat(TraceFile.events(file))
                .containsExactly("a 6 20 0 0", "a 7 10 0 1", "f 6 20 0 0", "a 5 30 0 0", "f 5 30 0 0", "f 7 10 0 1");
    }

    @Test
    void shouldNumberBuffersWhoseIdsAreNoNumbers() {
        Path file = TraceFile.plain(folder, "id,lower,upper,size\n5,1,2,30\nweights,0,3,20\n");
        assertThat(TraceFile.events(file)).containsExactly("a 1 20 0 0", "a 0 30 0 1", "f 0 30 0 1", "f 1 20 0 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1,2,3 | 6 | the row has 3 fields",
                "1,x,3,4 | 3 | lower is \"x\"",
                "1,3,3,4 | 5 | upper is \"3\" (expected: a whole number from 4 to",
                "1,3,2,4 | 5 | upper is \"2\"",
                "1,2,3,0 | 7 | size is \"0\"",
                "1,2,3,-1 | 7 | size is \"-1\"",
            })
    void shouldNameThePlaceOfWhatIsMalformed(String row, int column, String message) {
        Path file = TraceFile.plain(folder, "id,lower,upper,size\n" + row + "\n");
        assertThatThrownBy(() -> TraceFile.events(file))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageContaining(file + ":2:" + column + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void shouldNameTheRowOfAnIdThatIsLiveTwice() {
        Path file = TraceFile.plain(folder, "id,lower,upper,size\n1,0,9,4\n2,0,9,4\n1,5,7,4\n");
        assertThatThrownBy(() -> TraceFile.events(file)).hasMessageContaining(file + ":4:1: id 1 is live already");
    }

    @Test
    void shouldRefuseToWriteAFreeOfWhatIsNotLive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TraceWriter writer = TraceWriter.to(bytes, TraceFormat.LIFETIMES)) {
            assertThatThrownBy(() -> writer.free(1, 1, 0, -1)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("id,lower,upper,size\n");
    }
}
