package dev.quarry.tools;

import dev.quarry.ByteSize;
import dev.quarry.QuarryException;
import dev.quarry.tools.io.UsageException;
import dev.quarry.tools.io.WorkFailedException;
import dev.quarry.trace.TraceFormatException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What becomes of exceptions: a text on standard error, and an exit code. */
final class Failures {
    private static final int WORK_FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private Failures() {}

    /** Tells what is wrong with the arguments. */
    static int wrongUsage(ParameterException exception, String[] args) {
        CommandLine line = exception.getCommandLine();
        PrintWriter err = line.getErr();
        err.println("quarry: " + exception.getMessage());
        UnmatchedArgumentException.printSuggestions(exception, err);
        err.println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
        return WRONG_USAGE;
    }

    /** Tells why the work ended; with a stack trace only if it is a defect of this program. */
    static int failed(Exception exception, CommandLine line, ParseResult parsed) {
        if (exception instanceof UsageException || exception instanceof TraceFormatException) {
            line.getErr().println("quarry: " + exception.getMessage());
            return WRONG_USAGE;
        }
        if (exception instanceof WorkFailedException || exception instanceof QuarryException) {
            line.getErr().println("quarry: " + exception.getMessage());
            return WORK_FAILED;
        }
        line.getErr().println("quarry: a defect of this program: " + exception);
        exception.printStackTrace(line.getErr());
        return WORK_FAILED;
    }

    /** Tells what to do when a trace is too large for the Java heap. */
    static int heapFull(OutOfMemoryError error, CommandLine line) {
        line.getErr()
                .println("quarry: " + error.getMessage() + ": the trace is too large for a heap of "
                        + ByteSize.format(Runtime.getRuntime().maxMemory()) + "; QUARRY_JAVA_OPTS=-Xmx8g gives 8 GiB");
        return WORK_FAILED;
    }
}
