package dev.quarry.cuda.internal.bindings;

import dev.quarry.cuda.internal.CudaLibrary;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Where the generated bindings of this package find the driver's functions: in the library that {@link CudaLibrary} opened,
 * and nowhere else.
 *
 * <p>The bindings look symbols up by {@code SymbolLookup.loaderLookup().or(…)}. A type of their own package hides the JDK's of the
 * same name, which they import on demand (JLS 6.4.1), so that they need not be edited.
 */
final class SymbolLookup {
    private static final SymbolLookup INSTANCE = new SymbolLookup();

    private SymbolLookup() {}

    static SymbolLookup loaderLookup() {
        return INSTANCE;
    }

    /** Returns this: what the driver lacks must not be found in the C library. */
    SymbolLookup or(java.lang.foreign.SymbolLookup ignored) {
        return this;
    }

    Optional<MemorySegment> find(String name) {
        return CudaLibrary.find(name);
    }
}
