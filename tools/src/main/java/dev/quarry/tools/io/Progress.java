package dev.quarry.tools.io;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A line on the terminal that tells what is going on, once the work takes over a second; nothing where no person watches.
 *
 * <p>Written by a thread of its own, so that measured code does nothing for it. Thread-safe.
 */
public final class Progress implements AutoCloseable {
    private static final long DELAY_MILLIS = 1000;
    private static final long PERIOD_MILLIS = 200;
    private static final String ERASE = "\r\u001b[K";

    private final PrintWriter terminal;
    private final long started = System.nanoTime();
    private final @Nullable Thread ticker;
    private volatile String phase = "";
    private boolean shown;

    private Progress(PrintWriter terminal, boolean visible) {
        this.terminal = terminal;
        this.ticker = visible ? Thread.ofPlatform().daemon().name("progress").start(this::run) : null;
    }

    /** Starts one on standard error, if that is a terminal. */
    public static Progress onTerminal(PrintWriter err) {
        return new Progress(err, isTerminal());
    }

    /** Starts one that writes in any case. */
    static Progress always(PrintWriter err) {
        return new Progress(err, true);
    }

    /** Says what is being done now. */
    public void phase(String text) {
        phase = text;
    }

    /** Says what is being done now, and how far it is. */
    public void phase(String text, long done, long total) {
        if (ticker != null) {
            phase = String.format(Locale.ROOT, "%s %d %%", text, total == 0 ? 100 : done * 100 / total);
        }
    }

    private void run() {
        try {
            Thread.sleep(DELAY_MILLIS);
            while (true) {
                long seconds = (System.nanoTime() - started) / 1_000_000_000;
                terminal.print(ERASE + phase + " (" + seconds + " s)");
                terminal.flush();
                shown = true;
                Thread.sleep(PERIOD_MILLIS);
            }
        } catch (InterruptedException e) {
            if (shown) {
                terminal.print(ERASE);
                terminal.flush();
            }
        }
    }

    /** Where the system tells what standard error is, that decides; else whether there is an interactive console. */
    private static boolean isTerminal() {
        Path standardError = Path.of("/proc/self/fd/2");
        try {
            String file = Files.readSymbolicLink(standardError).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.ofNullable(System.console())
                    .map(Console::isTerminal)
                    .orElse(false);
        }
    }

    /** Removes the line. */
    @Override
    public void close() {
        if (ticker != null) {
            ticker.interrupt();
            try {
                ticker.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
