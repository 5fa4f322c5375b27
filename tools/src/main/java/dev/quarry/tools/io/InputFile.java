package dev.quarry.tools.io;

import dev.quarry.trace.Trace;
import dev.quarry.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A trace file that the user named, opened with messages a user understands. */
public final class InputFile {
    private InputFile() {}

    /**
     * Reads a trace whole.
     *
     * @throws UsageException if the file cannot be read
     * @throws dev.quarry.trace.TraceFormatException if it is malformed
     */
    public static Trace read(Path file) {
        check(file);
        try {
            return Trace.read(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Opens a trace.
     *
     * @throws UsageException if the file cannot be read
     * @throws dev.quarry.trace.TraceFormatException if no format has its header
     */
    public static TraceReader open(Path file) {
        check(file);
        try {
            return TraceReader.open(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Makes the exception for a file whose reading failed. */
    public static UsageException unreadable(Path file, IOException cause) {
        return new UsageException(file + ": cannot be read: " + cause.getMessage(), cause);
    }

    private static void check(Path file) {
        require(Files.exists(file), () -> file + ": no such file");
        require(!Files.isDirectory(file), () -> file + ": is a directory, not a trace file");
        require(Files.isReadable(file), () -> file + ": may not be read by this user");
    }

    private static void require(boolean condition, Supplier<String> message) {
        if (!condition) {
            throw new UsageException(message.get());
        }
    }
}
