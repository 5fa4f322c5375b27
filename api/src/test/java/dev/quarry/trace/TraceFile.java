package dev.quarry.trace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** A trace file made for one test, and what a reader makes of it. */
final class TraceFile {
    private TraceFile() {}

    static Path plain(Path folder, String text) {
        return write(folder.resolve("trace.csv"), text.getBytes(StandardCharsets.UTF_8));
    }

    static Path write(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] gzip(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Returns each event as {@code op id bytes stream slot}. */
    static List<String> events(Path file) {
        List<String> events = new ArrayList<>();
        try (TraceReader reader = TraceReader.open(file)) {
            while (reader.next()) {
                events.add((reader.isAllocation() ? "a" : "f") + " " + reader.id() + " " + reader.bytes() + " "
                        + reader.stream() + " " + reader.slot());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return events;
    }

    /** Returns the text of a file after a conversion. */
    static String convert(Path file, TraceFormat format) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TraceReader reader = TraceReader.open(file);
                TraceWriter writer = TraceWriter.to(bytes, format)) {
            while (reader.next()) {
                writer.write(reader);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
