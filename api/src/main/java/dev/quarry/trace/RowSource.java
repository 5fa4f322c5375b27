package dev.quarry.trace;

import java.io.IOException;

/** The rows of a file of one format, in the order in which they happened. */
interface RowSource {
    /**
     * Reads the next event; returns whether there is one.
     *
     * @throws TraceFormatException if it is malformed
     */
    boolean next(Row row) throws IOException;
}
