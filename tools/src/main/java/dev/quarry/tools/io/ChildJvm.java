package dev.quarry.tools.io;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program on the class path of a jar, run in a JVM like this one; it ends when this one ends. */
public final class ChildJvm {
    /** From this version on, a JVM warns of what JMH does unless told not to. */
    private static final int WARNS_OF_UNSAFE = 23;

    private ChildJvm() {}

    /**
     * Runs a program to its end. What it writes to standard error goes there, what it writes to standard output to
     * {@code out}.
     *
     * @return its exit code
     * @throws WorkFailedException if it cannot be started, or if this thread is interrupted, which ends it
     */
    public static int run(Path jar, String mainClass, List<String> args, PrintWriter out) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        if (Runtime.version().feature() >= WARNS_OF_UNSAFE) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-cp", jar.toString(), mainClass));
        command.addAll(args);
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroy));
            try (Reader text = process.inputReader()) {
                text.transferTo(out);
                return process.waitFor();
            } finally {
                process.destroy();
            }
        } catch (IOException e) {
            throw new WorkFailedException(jar + ": cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WorkFailedException("interrupted", e);
        }
    }
}
