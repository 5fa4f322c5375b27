package dev.quarry.bench.peers;

import dev.quarry.bench.MiMallocLibrary;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Collection;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** A short, silent run of one JMH benchmark in a JVM of its own. */
final class JmhRun {
    private static final TimeValue ITERATION = TimeValue.seconds(1);
    private static final int WARM_UP = 2;

    /** Takes what the measured JVM prints, warnings of JMH's own code among it. */
    private static final OutputFormat NOWHERE = OutputFormatFactory.createFormatInstance(
            new PrintStream(OutputStream.nullOutputStream()), VerboseMode.SILENT);

    private JmhRun() {}

    /** Measures a candidate for some seconds, one an iteration. */
    static Outcome measure(Candidate candidate, long bytes, int seconds) {
        if (candidate.needsMiMalloc() && !MiMallocLibrary.isAvailable()) {
            return Outcome.missing(candidate, MiMallocLibrary.REMEDY);
        }
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(candidate.pattern())
                .forks(1)
                .jvmArgs() // not those of this JVM, which Netty would look at
                .warmupIterations(WARM_UP)
                .warmupTime(ITERATION)
                .measurementIterations(seconds)
                .measurementTime(ITERATION)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        if (bytes != 0) {
            options.param("bytes", Long.toString(bytes));
        }
        try {
            return Outcome.measured(candidate, figure(new Runner(options.build(), NOWHERE).run()));
        } catch (RunnerException e) {
            return Outcome.failed(candidate, reason(e));
        }
    }

    private static Figure figure(Collection<RunResult> runs) {
        return Figure.of(runs.stream()
                .flatMap(run -> run.getBenchmarkResults().stream())
                .flatMap(benchmark -> benchmark.getIterationResults().stream())
                .map(IterationResult::getPrimaryResult)
                .mapToDouble(result -> result.getScore())
                .toArray());
    }

    private static String reason(Throwable thrown) {
        return Stream.concat(
                        Stream.iterate(thrown, cause -> cause != null, Throwable::getCause),
                        Stream.of(thrown.getSuppressed()))
                .map(cause -> String.valueOf(cause.getMessage()))
                .distinct()
                .collect(Collectors.joining("; "));
    }
}
