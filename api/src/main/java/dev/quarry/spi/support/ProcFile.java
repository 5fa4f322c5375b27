package dev.quarry.spi.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Text files in which the Linux kernel tells figures, such as {@code /proc/meminfo}.
 *
 * <p>What cannot be read or has another form is absent, never an exception: containers hide some of these files.
 */
public final class ProcFile {
    private ProcFile() {}

    /** Returns the lines of a file; none if it cannot be read. */
    public static List<String> lines(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException | SecurityException e) {
            return List.of();
        }
    }

    /** Returns what follows a key and separators in the first line that starts with it, such as {@code MemTotal}. */
    public static Optional<String> value(Path file, String key) {
        return lines(file).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()))
                .filter(rest -> rest.startsWith(":") || rest.startsWith(" ") || rest.startsWith("\t"))
                .map(rest -> rest.replaceFirst("^[:\\s]+", "").strip())
                .findFirst();
    }

    /** Returns the number that follows a key, as {@link #value}, in bytes if its unit is kB. */
    public static OptionalLong bytes(Path file, String key) {
        return value(file, key).map(ProcFile::parseBytes).orElse(OptionalLong.empty());
    }

    /** Returns the number that is all of a file. */
    public static OptionalLong number(Path file) {
        List<String> lines = lines(file);
        return lines.size() == 1 ? parseBytes(lines.getFirst()) : OptionalLong.empty();
    }

    private static OptionalLong parseBytes(String text) {
        String[] words = text.strip().split("\\s+", -1);
        try {
            long number = Long.parseLong(words[0]);
            boolean kibibytes = words.length > 1 && words[1].equals("kB");
            return OptionalLong.of(kibibytes ? Math.multiplyExact(number, 1024) : number);
        } catch (NumberFormatException | ArithmeticException e) {
            return OptionalLong.empty();
        }
    }
}
