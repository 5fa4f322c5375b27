package dev.quarry.cuda.internal;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The driver's library, opened at the first question and for as long as the process lives: by the path that the user gave, else
 * by the names under which NVIDIA installs it.
 *
 * <p>Never throws. The outcome of the first search stays, also if the setting changes later. Thread-safe.
 */
public final class CudaLibrary {
    /** The system property that names the library: a path, or a name for the dynamic loader. */
    public static final String PROPERTY = "quarry.cuda.library";

    /** The environment variable that names it where the property does not. */
    public static final String VARIABLE = "QUARRY_CUDA_LIBRARY";

    /** The names under which NVIDIA installs it, and where Windows' subsystem for Linux keeps it. */
    private static final List<String> USUAL = System.getProperty("os.name", "").startsWith("Windows")
            ? List.of("nvcuda.dll")
            : List.of("libcuda.so.1", "libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1");

    /** The first bytes of a library on Linux; on Windows they are MZ. */
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    private static final Search SEARCH = Search.run();

    private CudaLibrary() {}

    /** What came of looking for the library; {@code lookup} and {@code name} are {@code null} if it was not found. */
    private record Search(
            @Nullable SymbolLookup lookup, @Nullable String name, List<String> tried, boolean named) {
        static Search run() {
            String wanted = System.getProperty(PROPERTY, System.getenv(VARIABLE));
            boolean named = wanted != null && !wanted.isEmpty();
            List<String> candidates = named ? List.of(wanted) : USUAL;
            List<String> tried = new ArrayList<>();
            for (String candidate : candidates) {
                String fault = isPath(candidate) ? fault(Path.of(candidate)) : "";
                if (fault.isEmpty()) {
                    try {
                        return new Search(open(candidate), candidate, List.copyOf(tried), named);
                    } catch (IllegalArgumentException | UnsatisfiedLinkError e) {
                        fault = reason(candidate);
                    } catch (IllegalCallerException e) {
                        fault = String.valueOf(e.getMessage());
                    }
                }
                tried.add(candidate + ": " + fault);
            }
            return new Search(null, null, List.copyOf(tried), named);
        }

        private static SymbolLookup open(String candidate) {
            return isPath(candidate)
                    ? SymbolLookup.libraryLookup(Path.of(candidate), Arena.global())
                    : SymbolLookup.libraryLookup(candidate, Arena.global());
        }

        /** Returns what shows before a file is opened that it cannot be; else an empty text. */
        private static String fault(Path path) {
            if (!Files.exists(path)) {
                return "there is no such file";
            }
            if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
                return "not a file that can be read";
            }
            return isLibrary(path) ? "" : "not a shared library: it does not begin as one";
        }

        /** Returns why a library could not be opened, which the JDK's lookup does not tell. */
        private static String reason(String candidate) {
            if (!isPath(candidate)) {
                return "not known to the system's dynamic loader";
            }
            Path path = Path.of(candidate).toAbsolutePath();
            try {
                System.load(path.toString()); // fails as the lookup did, and says why
                return "could not be opened";
            } catch (UnsatisfiedLinkError e) {
                return String.valueOf(e.getMessage()).replaceFirst("^" + Pattern.quote(path + ": "), "");
            }
        }

        /** Returns whether a file begins as the system's libraries do: the JVM prints a warning when it is to load others. */
        private static boolean isLibrary(Path path) {
            try (InputStream file = Files.newInputStream(path)) {
                byte[] start = file.readNBytes(4);
                return Arrays.equals(start, ELF) || (start.length > 1 && start[0] == 'M' && start[1] == 'Z');
            } catch (IOException e) {
                return false;
            }
        }

        private static boolean isPath(String candidate) {
            return candidate.indexOf('/') >= 0 || candidate.indexOf('\\') >= 0;
        }
    }

    /** Returns whether the library was found. */
    public static boolean isFound() {
        return SEARCH.lookup != null;
    }

    /** Returns the name or path by which it was found; empty if it was not. */
    public static String name() {
        return SEARCH.name == null ? "" : SEARCH.name;
    }

    /** Returns the candidates that could not be opened, each with the reason. */
    public static List<String> tried() {
        return SEARCH.tried;
    }

    /** Returns whether the user named the library, so that nothing else was looked at. */
    public static boolean isNamed() {
        return SEARCH.named;
    }

    /** Returns whether the library has a function. */
    public static boolean has(String function) {
        return find(function).isPresent();
    }

    /** Returns where a function begins. */
    public static Optional<MemorySegment> find(String function) {
        return SEARCH.lookup == null ? Optional.empty() : SEARCH.lookup.find(function);
    }
}
