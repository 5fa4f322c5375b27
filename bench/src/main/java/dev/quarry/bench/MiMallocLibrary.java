package dev.quarry.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;

/** The shared library of mimalloc, if the system's loader finds one. */
public final class MiMallocLibrary {
    /** What to do where it is missing. */
    public static final String REMEDY = "mimalloc is missing: install it (Debian and Ubuntu: apt-get install"
            + " libmimalloc2.0), or name the folder of libmimalloc.so.2 in LD_LIBRARY_PATH";

    private static final List<String> NAMES = List.of("libmimalloc.so.2", "libmimalloc.so", "libmimalloc.2.dylib");
    private static final Optional<SymbolLookup> LIBRARY =
            NAMES.stream().flatMap(name -> load(name).stream()).findFirst();

    private MiMallocLibrary() {}

    private static Optional<SymbolLookup> load(String name) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Returns whether it is there. */
    public static boolean isAvailable() {
        return LIBRARY.isPresent();
    }

    /** Returns it; throws an {@link IllegalStateException} with the remedy if it is missing. */
    static SymbolLookup require() {
        return LIBRARY.orElseThrow(() -> new IllegalStateException(REMEDY));
    }
}
