package dev.quarry.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.Quarry;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each example in a JVM of its own that denies native access to all who were not named, as the README starts it. */
class CommandLineTest {
    private static final String PACKAGE = "dev.quarry.examples";

    @TempDir
    private Path directory;

    /** What each example prints, as a regular expression. */
    enum Example {
        SCRATCH_MEMORY(ScratchMemory.class, """
            strlen: 12
            nearest first: 2 1 3 0 4
            1000 requests: 10890 characters
            driver asked for memory: 1 time\\(s\\)
            """),
        TWO_STREAMS(TwoStreams.class, """
            last bytes of 16 chunks: sum 120
            host waits inside the pool: 0
            """),
        PINNED_REUSE(PinnedReuse.class, """
            64 of 64 rounds arrived intact
            pinned memory used: at most [24].00 MiB
            """),
        LIMITED_SERVER(LimitedServer.class, """
            red got 4.00 MiB, the cache gave way
            red's next page refused: true
            requests served: 40
            red's peak: 4.00 MiB
            calls of the handler: [1-6]
            the pool's peak: 8.00 MiB
            """),
        ASYNC_BATCH(AsyncBatch.class, """
            a batch of 3 buffers lies within 7.00 MiB
            no second batch: 7.00 MiB held, as before
            waiting: true
            cancelled: true
            arrived: 2.00 MiB
            held at the end: 0 B
            """),
        LEAK_REPORT(LeakReport.class, """
            closed twice: .* allocated at .*LeakReport.java:.*, closed at .*LeakReport.java:.*
            used after close: Already closed
            still open: 1
            usable after the pool's close: true
            still open: 0
            quarry-leaks: pool "watched": leak: an allocation of 4096 bytes, made at .*LeakReport.lose\\(.*
            came back: 4.00 KiB
            """);

        private final String main;
        private final String output;

        Example(Class<?> main, String output) {
            this.main = main.getName();
            this.output = output;
        }

        /** Nothing but the leaks that one of them is about: no leak, no warning of native access. */
        String errors() {
            return this == LEAK_REPORT ? leakIn("tracked") : ""; // what "watched" lost came back
        }

        private static String leakIn(String pool) {
            return ".*\\RWARNING: pool \"" + pool + "\" closed with 1 open allocations.*LeakReport.java:.*\\R";
        }
    }

    @BeforeEach
    void needsJvmThatCanDeny() {
        assumeTrue(Runtime.version().feature() >= 24, "the JVM knows --illegal-native-access");
    }

    @ParameterizedTest
    @EnumSource
    void shouldPrintAndLeaveNothingWhenRunAsModule(Example example) throws Exception {
        assertRun(
                example,
                "--enable-native-access=dev.quarry.cpu," + PACKAGE,
                "--module-path",
                modulePath(),
                "--module",
                PACKAGE + "/" + example.main);
    }

    @ParameterizedTest
    @EnumSource
    void shouldPrintAndLeaveNothingWhenRunOnClassPath(Example example) throws Exception {
        assertRun(example, "--enable-native-access=ALL-UNNAMED", "--class-path", modulePath(), example.main);
    }

    private void assertRun(Example example, String... arguments) throws IOException, InterruptedException {
        if (example == Example.PINNED_REUSE) {
            StatisticsTest.assumeLockable(Quarry.shared().device("cpu:0"));
        }
        File errors = directory.resolve("errors").toFile();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--illegal-native-access=deny");
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors);
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(() -> errorsOf(errors)).isZero();
        assertThat(errorsOf(errors)).matches(example.errors());
        assertThat(output.lines().collect(Collectors.joining("\n", "", "\n"))).matches(example.output);
    }

    private static String errorsOf(File errors) {
        try {
            return Files.readString(errors.toPath());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String modulePath() {
        String path = System.getProperty("jdk.module.path");
        assumeTrue(path != null, "this JVM has a module path");
        return path;
    }
}
