package dev.quarry.tools;

import dev.quarry.ByteSize;
import dev.quarry.tools.io.InputFile;
import dev.quarry.tools.io.OutputFile;
import dev.quarry.tools.io.Progress;
import dev.quarry.tools.io.UsageException;
import dev.quarry.tools.io.WorkFailedException;
import dev.quarry.trace.TraceFormat;
import dev.quarry.trace.TraceReader;
import dev.quarry.trace.TraceWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command that rewrites a trace in another format. */
@Command(
        name = "convert",
        sortOptions = false,
        header = "Rewrite a trace in another format.",
        description = {
            "The input's format is told by its header:",
            "  quarry     op,id,size,stream[,t_ns,tag]",
            "  rmm        Thread,Time,Action,Pointer,Size,Stream",
            "  lifetimes  id,lower,upper,size",
            "In lifetimes the time is the row; what is never freed lives up to the number of rows.",
            ""
        })
final class ConvertCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "IN", description = "The trace, plain or gzip.")
    private Path input = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "The file to write; gzip if its name ends in .gz.")
    private Path target = Path.of("");

    @Option(
            names = "--to",
            required = true,
            paramLabel = "FORMAT",
            description = "Format of the output: ${COMPLETION-CANDIDATES}.")
    private TraceFormat format = TraceFormat.QUARRY;

    @Mixin
    private JsonOption output = new JsonOption();

    @Override
    public void run() {
        TraceReader reader = InputFile.open(input);
        try (reader;
                Progress progress = Progress.onTerminal(spec.commandLine().getErr())) {
            requireAnotherFile();
            convert(reader, progress);
        } catch (IOException e) {
            throw InputFile.unreadable(input, e);
        }
        print(reader);
    }

    private void requireAnotherFile() throws IOException {
        if (Files.exists(target) && Files.isSameFile(input, target)) {
            throw new UsageException(target + ": is the input itself");
        }
    }

    private void convert(TraceReader reader, Progress progress) throws IOException {
        try (OutputFile file = new OutputFile(target)) {
            TraceWriter writer = TraceWriter.to(file.stream(), format);
            while (next(reader)) {
                writer.write(reader);
                if ((reader.rows() & 0xffff) == 0) {
                    progress.phase(reader.rows() + " events");
                }
            }
            writer.close();
            file.commit();
        } catch (IOException e) {
            throw new WorkFailedException(target + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private boolean next(TraceReader reader) {
        try {
            return reader.next();
        } catch (IOException e) {
            throw InputFile.unreadable(input, e);
        }
    }

    private void print(TraceReader reader) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("input", input.toString());
        json.put("output", target.toString());
        json.put("from", reader.format().toString());
        json.put("to", format.toString());
        json.put("events", reader.rows());
        json.put("live_peak_bytes", reader.livePeakBytes());
        output.print(
                spec,
                () -> json,
                () -> String.format(
                        Locale.ROOT,
                        "%s: %d events, live peak %s",
                        target,
                        reader.rows(),
                        ByteSize.format(reader.livePeakBytes())));
    }
}
