package dev.quarry.tools;

import dev.quarry.PoolOptions;
import dev.quarry.tools.io.InputFile;
import dev.quarry.tools.io.Progress;
import dev.quarry.tools.replay.EngineKind;
import dev.quarry.tools.replay.EventSchedule;
import dev.quarry.tools.replay.Replay;
import dev.quarry.tools.replay.ReplayResult;
import dev.quarry.tools.replay.ReplaySettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command that replays traces through an engine. */
@Command(
        name = "replay",
        sortOptions = false,
        header = "Replay traces through an engine, and report time and memory.",
        description = {
            "One operation is an allocation together with its free. A cold replay on a fresh pool gives the memory and"
                    + " the driver's calls, warm ones the time.",
            ""
        })
final class ReplayCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "1..*", paramLabel = "TRACE", description = "Traces in any format, plain or gzip.")
    private List<Path> traces = List.of();

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "pool",
            description = "${COMPLETION-CANDIDATES}: a pool; the driver for every block; a JDK arena for every block."
                    + " Default: ${DEFAULT-VALUE}.")
    private EngineKind engine = EngineKind.POOL;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description =
                    "sim, cpu:0, cuda:0 and so on; 'quarry devices' lists them. sim is a simulated device: address"
                            + " space only. Default: sim; cpu:0 for engine arena.")
    private @Nullable String device;

    @Option(
            names = "--total",
            paramLabel = "BYTES",
            converter = SizeConverter.class,
            description = "Size of the simulated device. Default: 80GiB.")
    private @Nullable Long total;

    @Option(names = "--no-vmm", description = "Take the simulated device's virtual memory away.")
    private boolean withoutVirtualMemory;

    @Option(
            names = "--events",
            paramLabel = "WHEN",
            description = "When work on the simulated device completes: immediate, at once; or lazy, only when somebody"
                    + " waits for it. Default: immediate.")
    private @Nullable EventSchedule events;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "host, device, pinned or managed. Default: device where there is one, else host.")
    private @Nullable String kind;

    @Option(
            names = "--option",
            paramLabel = "KEY=VALUE",
            description = "Any option of the pool, see below. May be repeated.")
    private Map<String, String> options = Map.of();

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "31",
            description = "Timed samples, 0 for the cold replay alone. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Threads in the timed samples: each replays the whole trace on a stream of its own, all on one"
                            + " pool. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(names = "--touch", description = "Write every block.")
    private boolean touch;

    @Option(
            names = "--validate",
            description =
                    "Check the cold replay after every operation: the pool's invariants (as often as takes less than"
                            + " a minute), overlap of blocks, and on sim that no memory is handed out too early.")
    private boolean validate;

    @Option(
            names = "--allow-oom",
            description = "Count failed allocations and skip them, instead of stopping at the first.")
    private boolean allowOom;

    @Mixin
    private JsonOption output = new JsonOption();

    @Override
    public void run() {
        ReplaySettings settings = settings();
        List<ReplayResult> results = new ArrayList<>();
        try (Progress progress = Progress.onTerminal(spec.commandLine().getErr())) {
            Replay replay = new Replay(settings, progress);
            for (Path file : traces) {
                progress.phase("reading " + file);
                results.add(replay.run(file.toString(), InputFile.read(file)));
            }
        }
        output.print(spec, () -> json(results), () -> text(results));
        if (validate && output.isJson()) {
            PrintWriter err = spec.commandLine().getErr();
            for (int i = 0; i < results.size(); i++) {
                err.println(traces.get(i) + ": " + results.get(i).checks());
            }
        }
    }

    private ReplaySettings settings() {
        require(repeat >= 0, "--repeat = " + repeat + " (expected: at least 0)");
        require(threads >= 1, "--threads = " + threads + " (expected: at least 1)");
        boolean arena = engine == EngineKind.ARENA;
        String name = device != null ? device : arena ? "cpu:0" : "sim";
        if (arena) {
            require(name.equals("cpu:0") || name.equals("cpu"), "--engine arena implies --device cpu:0, not " + name);
            require(kind == null || kind.equals("host"), "--engine arena has memory of kind host alone, not " + kind);
        }
        require(engine == EngineKind.POOL || options.isEmpty(), "--option needs --engine pool, not " + engine);
        if (!ReplaySettings.isSimulated(name)) {
            require(total == null, "--total is the size of the simulated device, not of " + name);
            require(events == null, "--events speaks of the simulated device, not of " + name);
            require(!withoutVirtualMemory, "--no-vmm speaks of the simulated device, not of " + name);
        }
        return new ReplaySettings(
                engine,
                name,
                total == null ? ReplaySettings.DEFAULT_TOTAL : total,
                !withoutVirtualMemory,
                events == null ? EventSchedule.IMMEDIATE : events,
                kind,
                options,
                repeat,
                threads,
                touch,
                validate,
                allowOom);
    }

    private void require(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private static Object json(List<ReplayResult> results) {
        List<Map<String, @Nullable Object>> runs =
                results.stream().map(ReplayResult::toJson).toList();
        return runs.size() == 1 ? runs.get(0) : Map.of("runs", runs);
    }

    private static String text(List<ReplayResult> results) {
        return results.stream().map(ReplayResult::toText).collect(Collectors.joining(System.lineSeparator()));
    }

    /** Returns the list of all pool options, for the end of the help. */
    static String[] footer() {
        List<String> lines = new ArrayList<>(List.of("", "Options of the pool, with their defaults:"));
        for (PoolOptions.Description option : PoolOptions.describe()) {
            lines.add("  " + option.key() + "=" + option.defaultValue());
            lines.add("      " + option.meaning());
        }
        lines.add("");
        lines.add("Sizes are written as 4096, 64k, 64KiB, 2GB or 2GiB; units are powers of 1024.");
        return lines.toArray(String[]::new);
    }
}
