package dev.quarry.tools;

import dev.quarry.tools.io.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command that compares with peers; the benchmarks run in a JVM of their own, from a jar that the launcher builds. */
@Command(
        name = "bench",
        sortOptions = false,
        header = "Compare with peers, by JMH.",
        description = {
            "Prints a table: nanoseconds of a thread per operation, the median over the timed seconds; after ± half"
                + " the distance of the slowest and the quickest second, in percent; and how many times as fast as"
                + " each peer Quarry is. Each figure takes two seconds of warm-up besides, in a JVM of its own: all of"
                + " them about four minutes. Worth something on a quiet machine only.",
            "",
            "mimalloc is measured if the system's loader finds libmimalloc.so.2 (Debian and Ubuntu: libmimalloc2.0).",
            ""
        })
final class BenchCommand implements Callable<Integer> {
    /** The system property that names the jar with the benchmarks. */
    static final String JAR = "quarry.bench.jar";

    private static final String MAIN_CLASS = "dev.quarry.bench.peers.PeersTable";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..*",
            paramLabel = "OPERATION",
            description = {
                "What to measure. Default: all.",
                "pair: allocate and free, 4 KiB, 64 KiB, 1 MiB;",
                "view: 4 KiB with a write; ring: the same while 128 blocks are held;",
                "arena: ten times 64 B; threads: two threads on one pool and on two;",
                "handoff: one thread allocates, another frees;",
                "xthread-free: two threads free each other's blocks;",
                "usedon: blocks used on a second stream."
            })
    private List<String> operations = List.of();

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "3",
            description = "Timed seconds for each figure, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Mixin
    private JsonOption output = new JsonOption();

    @Override
    public Integer call() {
        if (repeat < 1 || repeat > 3600) {
            throw new ParameterException(spec.commandLine(), "--repeat = " + repeat + " (expected: from 1 to 3600)");
        }
        String jar = System.getProperty(JAR);
        if (jar == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the benchmarks are not on this command's path: the launcher ./quarry builds them");
        }
        List<String> args = new ArrayList<>(List.of(output.isJson() ? "json" : "table", Integer.toString(repeat)));
        args.addAll(operations);
        return ChildJvm.run(Path.of(jar), MAIN_CLASS, args, spec.commandLine().getOut());
    }
}
