package dev.quarry.tools;

import dev.quarry.tools.replay.EngineKind;
import dev.quarry.tools.replay.EventSchedule;
import dev.quarry.trace.TraceFormat;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code quarry} command. Exit codes: 0 done, 1 the work failed, 2 wrong usage or malformed input. */
@Command(
        name = "quarry",
        description = "Off-heap and accelerator memory for Java: devices, replays of allocation traces, benchmarks.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DevicesCommand.class, ReplayCommand.class, ConvertCommand.class, BenchCommand.class},
        footer = {
            "",
            "Sizes are written as 4096, 64k, 64KiB, 2GB or 2GiB; units are powers of 1024.",
            "Exit codes: 0 done; 1 the work failed; 2 wrong usage or malformed input.",
            "'quarry COMMAND --help' tells more."
        })
public final class QuarryCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help and exit.")
    private boolean help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(run(writer(System.out), writer(System.err), args));
    }

    /** Runs the command. Returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = new CommandLine(new QuarryCommand());
        CommandLine replay = Objects.requireNonNull(line.getSubcommands().get("replay"), "replay");
        replay.getCommandSpec().usageMessage().footer(ReplayCommand.footer());
        line.setOut(out);
        line.setErr(err);
        WordConverter.register(line, EngineKind.class);
        WordConverter.register(line, EventSchedule.class);
        WordConverter.register(line, TraceFormat.class);
        line.setParameterExceptionHandler(Failures::wrongUsage);
        line.setExecutionExceptionHandler(Failures::failed);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            return Failures.heapFull(e, line);
        } finally {
            out.flush();
            err.flush();
        }
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, stream.charset()), true);
    }
}
