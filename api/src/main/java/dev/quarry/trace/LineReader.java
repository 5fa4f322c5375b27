package dev.quarry.trace;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The lines of a text file, plain or gzip, each split at its commas; makes no object per line. Not thread-safe.
 *
 * <p>Columns in messages count bytes from 1, as fields start there.
 */
final class LineReader implements Closeable {
    private static final int BUFFER = 1 << 16;
    private static final int MAX_FIELDS = 8;
    private static final int GZIP_MAGIC = 0x1f8b;

    private final String file;
    private final InputStream in;
    private final TextCache texts = new TextCache();
    private final byte[] buffer = new byte[BUFFER];
    private final int[] starts = new int[MAX_FIELDS + 1];
    private int fields;
    private int lineStart;
    private int lineEnd;
    private int next;
    private int limit;
    private long line;

    LineReader(Path path) throws IOException {
        this.file = path.toString();
        InputStream raw = new BufferedInputStream(Files.newInputStream(path), BUFFER);
        try {
            this.in = isGzip(raw) ? new GZIPInputStream(raw, BUFFER) : raw;
        } catch (EOFException | ZipException e) {
            raw.close();
            line = 1;
            throw damaged(e);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    private static boolean isGzip(InputStream raw) throws IOException {
        raw.mark(2);
        int magic = raw.read() << 8 | raw.read();
        raw.reset();
        return magic == GZIP_MAGIC;
    }

    /** Goes to the next line; returns whether there is one. */
    boolean nextLine() throws IOException {
        line++;
        lineStart = next;
        int scan = next;
        while (true) {
            while (scan < limit) {
                if (buffer[scan++] == '\n') {
                    next = scan;
                    return split(scan - 1);
                }
            }
            int scanned = scan - lineStart;
            if (!fill()) {
                next = limit;
                return limit > lineStart && split(limit);
            }
            scan = lineStart + scanned;
        }
    }

    private boolean fill() throws IOException {
        limit -= lineStart;
        System.arraycopy(buffer, lineStart, buffer, 0, limit);
        lineStart = 0;
        if (limit == BUFFER) {
            throw error(1, "the line is longer than " + BUFFER + " bytes", "a text file with one event a line");
        }
        try {
            int read = in.read(buffer, limit, BUFFER - limit);
            limit += Math.max(read, 0);
            return read > 0;
        } catch (EOFException | ZipException e) {
            throw damaged(e);
        }
    }

    private TraceFormatException damaged(IOException cause) {
        String problem = cause instanceof EOFException ? "the gzip data ends early" : "the gzip data is damaged";
        TraceFormatException error = error(limit - lineStart + 1, problem, "a complete gzip file");
        error.initCause(cause);
        return error;
    }

    private boolean split(int end) {
        lineEnd = end > lineStart && buffer[end - 1] == '\r' ? end - 1 : end;
        fields = 0;
        starts[0] = lineStart;
        for (int i = lineStart; i < lineEnd && fields < MAX_FIELDS - 1; i++) {
            if (buffer[i] == ',') {
                starts[++fields] = i + 1;
            }
        }
        int rest = starts[fields];
        while (rest < lineEnd && buffer[rest] != ',') {
            rest++;
        }
        starts[++fields] = rest + 1;
        return true;
    }

    /** Returns the present line's number, 1 for the first. */
    long line() {
        return line;
    }

    /** Returns the number of fields, of which at most the first eight can be read. */
    int fields() {
        return fields;
    }

    /** Returns where a field starts, 1 for the line's first byte. */
    int column(int field) {
        return starts[field] - lineStart + 1;
    }

    /** Throws unless the line has at least this many fields. */
    void require(int least, String layout) {
        if (fields < least) {
            String found = fields == 1 ? "1 field" : fields + " fields";
            throw error(lineEnd - lineStart + 1, "the row has " + found, "at least " + least + ": " + layout);
        }
    }

    /** Returns how many bytes a field has. */
    int length(int field) {
        return starts[field + 1] - 1 - starts[field];
    }

    /** Returns a byte of a field. */
    byte at(int field, int index) {
        return buffer[starts[field] + index];
    }

    /** Returns whether a field is exactly this ASCII text. */
    boolean is(int field, String text) {
        int length = length(field);
        if (length != text.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (at(field, i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Returns a field as text; the same text is mostly the same object. */
    String text(int field) {
        return texts.get(buffer, starts[field], length(field));
    }

    /** Reads a field as a whole decimal number of digits alone. */
    long number(int field, String name, long least, long most) {
        int length = length(field);
        long value = length == 0 ? -1 : 0;
        for (int i = 0; i < length && value >= 0; i++) {
            int digit = at(field, i) - '0';
            boolean fits = digit >= 0 && digit <= 9 && value <= (Long.MAX_VALUE - digit) / 10;
            value = fits ? value * 10 + digit : -1;
        }
        if (value < least || value > most) {
            throw unexpected(field, name, "a whole number from " + least + " to " + most);
        }
        return value;
    }

    /** Makes the exception for a field that is not what it should be. */
    TraceFormatException unexpected(int field, String name, String expected) {
        return error(column(field), name + " is " + quoted(field), expected);
    }

    /** Makes an exception for the present line. */
    TraceFormatException error(int column, String problem, String expected) {
        return new TraceFormatException(file, line, column, problem, expected);
    }

    /** Makes an exception for a line that was read before. */
    TraceFormatException error(long atLine, int column, String problem, String expected) {
        return new TraceFormatException(file, atLine, column, problem, expected);
    }

    /** Returns a field for a message: in quotes, shortened, without control characters. */
    String quoted(int field) {
        return quote(starts[field], length(field));
    }

    /** Returns the whole line as {@link #quoted(int)} does a field. */
    String quotedLine() {
        return quote(lineStart, lineEnd - lineStart);
    }

    private String quote(int start, int length) {
        int shown = Math.min(length, 60);
        String text = new String(buffer, start, shown, StandardCharsets.UTF_8);
        return '"' + text.replaceAll("[\\p{Cntrl}\\uFFFD]", "?") + (shown < length ? "…" : "") + '"';
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
