package dev.quarry.trace;

import java.util.List;
import java.util.Locale;

/**
 * A layout of trace files, told apart by the header line.
 *
 * <p>All are comma-separated text in UTF-8 without quoting. Columns are known by position; columns after the named ones
 * are ignored. Lines end in LF or CRLF.
 */
public enum TraceFormat {
    /**
     * Quarry's own: {@code a,<id>,<bytes>,<stream>[,<t_ns>,<tag>]} allocates, {@code f,<id>,0,<stream>[,<t_ns>,]} frees.
     * An id is unique among live blocks. A free whose stream is not its allocation's frees in the order of that stream.
     */
    QUARRY("op,id,size,stream"),

    /**
     * The log of RMM's {@code logging_resource_adaptor}. The pointer serves as id. Failed allocations and those of no
     * bytes are passed over; streams beyond 65535 are handles and get the next free small number.
     */
    RMM("Thread,Time,Action,Pointer,Size,Stream"),

    /**
     * Buffers with half-open lifetimes {@code [lower,upper)}. What ends at a moment is freed before what begins there is
     * allocated. Ids that are not all numbers are replaced by the number of the row.
     */
    LIFETIMES("id,lower,upper,size");

    private final String header;

    TraceFormat(String header) {
        this.header = header;
    }

    /** Returns the header line that tells this format, without optional columns. */
    public String header() {
        return header;
    }

    /** Returns the name as used on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the names of the columns in {@link #header()}. */
    List<String> columns() {
        return List.of(header.split(","));
    }
}
