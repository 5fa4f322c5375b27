package dev.quarry.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertCommandTest {
    @TempDir
    Path folder;

    @Test
    void shouldConvertToEachFormat() throws IOException {
        Path trace = Run.file(folder, "tiny.csv", Run.TINY);
        Path out = folder.resolve("out.csv");
        Run run = Run.of("convert", trace, out, "--to", "lifetimes");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out().strip()).isEqualTo(out + ": 5 events, live peak 2.86 MiB");
        assertThat(Files.readString(out)).isEqualTo("id,lower,upper,size\n1,0,4,1000\n2,1,2,70000\n3,3,5,3000000\n");

        Path rmm = folder.resolve("rmm.csv");
        assertThat(Run.of("convert", trace, rmm, "--to", "rmm").exitCode()).isZero();
        assertThat(Files.readString(rmm))
                .startsWith("Thread,Time,Action,Pointer,Size,Stream\n1,00:00:00.000000,allocate");

        assertThat(Run.of("convert", rmm, out, "--to", "quarry").exitCode()).isZero();
        assertThat(Files.readString(out)).startsWith("op,id,size,stream,t_ns,tag\na,1,1000,0,0,\n");
        assertThat(Run.of("convert", trace, out, "--to", "quarry").exitCode()).isZero();
        assertThat(Files.readString(out)).isEqualTo(Run.TINY);
    }

    @Test
    void shouldCompressWhereTheNameSaysSo() throws IOException {
        Path trace = Run.file(folder, "tiny.csv", Run.TINY);
        Path out = folder.resolve("out.csv.gz");
        assertThat(Run.of("convert", trace, out, "--to", "quarry").exitCode()).isZero();
        try (InputStream in = new GZIPInputStream(Files.newInputStream(out))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(Run.TINY);
        }
    }

    @Test
    void shouldPrintJson() throws JsonProcessingException {
        Path trace = Run.file(folder, "tiny.csv", Run.TINY);
        JsonNode json = new ObjectMapper()
                .readTree(Run.of("convert", trace, folder.resolve("out.csv"), "--to", "rmm", "--json")
                        .out());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly("input", "output", "from", "to", "events", "live_peak_bytes");
        assertThat(json.get("from").asText()).isEqualTo("quarry");
        assertThat(json.get("events").asInt()).isEqualTo(5);
    }

    @Test
    void shouldLoseNothingWhenTheInputIsMalformed() throws IOException {
        Path trace = Run.file(folder, "bad.csv", "op,id,size,stream\na,1,10,0\nf,2,0,0\n");
        Path out = Run.file(folder, "out.csv", "precious");
        Run run = Run.of("convert", trace, out, "--to", "rmm");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("quarry: " + trace + ":3:3: id 2 is not live");
        assertThat(Files.readString(out)).isEqualTo("precious");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(trace, out);
        }
    }

    @Test
    void shouldRefuseToOverwriteItsInput() throws IOException {
        Path trace = Run.file(folder, "tiny.csv", Run.TINY);
        Path link = Files.createSymbolicLink(folder.resolve("link.csv"), trace);
        for (Path out : new Path[] {
            trace, link, folder.resolve("..").resolve(folder.getFileName()).resolve("tiny.csv")
        }) {
            Run run = Run.of("convert", trace, out, "--to", "rmm");
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("is the input itself");
        }
        assertThat(Files.readString(trace)).isEqualTo(Run.TINY);
    }

    @Test
    void shouldRefuseAPlaceWhereNoFileCanBe() {
        Path trace = Run.file(folder, "tiny.csv", Run.TINY);
        Run none = Run.of("convert", trace, folder.resolve("none").resolve("out.csv"), "--to", "rmm");
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains("there is no directory");
        Run directory = Run.of("convert", trace, folder, "--to", "rmm");
        assertThat(directory.exitCode()).isEqualTo(2);
        assertThat(directory.err()).contains("is a directory");
    }
}
