package dev.quarry.tools.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPOutputStream;

/**
 * A file that appears whole or not at all: written beside its place, and moved there by {@link #commit()}. Compressed
 * if its name ends in {@code .gz}. What was there before stays until then.
 */
public final class OutputFile implements Closeable {
    private static final int BUFFER = 1 << 16;

    private final Path target;
    private final Path temporary;
    private final OutputStream stream;

    /**
     * Starts a file.
     *
     * @throws UsageException if it cannot be made there
     * @throws IOException if the disk fails
     */
    public OutputFile(Path target) throws IOException {
        this.target = target;
        Path folder = target.toAbsolutePath().getParent();
        if (Files.isDirectory(target) || folder == null) {
            throw new UsageException(target + ": is a directory, not a file to write");
        }
        if (!Files.isDirectory(folder)) {
            throw new UsageException(target + ": there is no directory " + folder);
        }
        if (!Files.isWritable(folder)) {
            throw new UsageException(target + ": this user may not write in " + folder);
        }
        this.temporary = folder.resolve(
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        OutputStream raw = Files.newOutputStream(temporary);
        temporary.toFile().deleteOnExit(); // after an interrupt
        this.stream = target.toString().endsWith(".gz") ? new GZIPOutputStream(raw, BUFFER) : raw;
    }

    /** Returns where to write; the writer closes it before the commit. */
    public OutputStream stream() {
        return stream;
    }

    /** Puts the file in its place. */
    public void commit() throws IOException {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Drops what was written, unless it was committed. */
    @Override
    public void close() throws IOException {
        try (stream) {
            Files.deleteIfExists(temporary);
        }
    }
}
