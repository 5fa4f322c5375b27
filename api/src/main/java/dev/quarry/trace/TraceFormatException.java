package dev.quarry.trace;

import dev.quarry.QuarryException;
import java.io.Serial;

/** A trace file that cannot be understood. The message names file, line, column, what is wrong and what was expected. */
public final class TraceFormatException extends QuarryException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String file;
    private final long line;
    private final int column;

    /**
     * Makes one.
     *
     * @param file the file's name as the caller gave it
     * @param line the line, 1 for the first
     * @param column the byte in the line, 1 for the first
     * @param problem what is wrong
     * @param expected what should stand there
     */
    public TraceFormatException(String file, long line, int column, String problem, String expected) {
        super(file + ":" + line + ":" + column + ": " + problem + " (expected: " + expected + ")");
        this.file = file;
        this.line = line;
        this.column = column;
    }

    /** Returns the file's name as the caller gave it. */
    public String file() {
        return file;
    }

    /** Returns the line, 1 for the first. */
    public long line() {
        return line;
    }

    /** Returns the byte in the line, 1 for the first. */
    public int column() {
        return column;
    }
}
