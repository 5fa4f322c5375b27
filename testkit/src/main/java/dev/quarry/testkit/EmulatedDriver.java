package dev.quarry.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.opentest4j.TestAbortedException;

/**
 * Emulated drivers: libraries that export the interface of a device's real driver over memory of the host, so that a plugin is
 * tested without the device. They are C, and built with this module where there is a compiler.
 */
public final class EmulatedDriver {
    private static final Map<String, Path> EXTRACTED = new ConcurrentHashMap<>();

    private EmulatedDriver() {}

    /**
     * Returns a library's file.
     *
     * @param name such as {@code cuda}, or {@code cuda-11.4} for an older driver
     * @throws TestAbortedException if there was no C compiler when this module was built; in CI that fails
     */
    public static Path library(String name) {
        return EXTRACTED.computeIfAbsent(name, EmulatedDriver::extract);
    }

    private static Path extract(String name) {
        try (InputStream library = EmulatedDriver.class.getResourceAsStream("native/" + name + ".so")) {
            if (library == null) {
                String reason = "there is no emulated driver " + name + ": no C compiler when testkit was built";
                if ("true".equals(System.getenv("CI"))) {
                    throw new AssertionError(reason);
                }
                throw new TestAbortedException(reason);
            }
            Path file = Files.createTempFile("quarry-" + name + "-", ".so");
            file.toFile().deleteOnExit();
            Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("the emulated driver " + name + " could not be written", e);
        }
    }
}
