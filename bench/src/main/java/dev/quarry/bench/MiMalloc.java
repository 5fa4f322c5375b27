package dev.quarry.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Bindings of mimalloc's {@code mi_malloc} and {@code mi_free}, as {@link LibC} has them of the C library's functions.
 *
 * <p>Cannot be used where {@link MiMallocLibrary} is missing. Thread-safe.
 */
final class MiMalloc {
    private static final FunctionDescriptor MALLOC_TYPE = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG);
    private static final FunctionDescriptor FREE_TYPE = FunctionDescriptor.ofVoid(JAVA_LONG);

    private static final MethodHandle MALLOC = function("mi_malloc", MALLOC_TYPE);
    private static final MethodHandle FREE = function("mi_free", FREE_TYPE);
    private static final MethodHandle CRITICAL_MALLOC =
            function("mi_malloc", MALLOC_TYPE, Linker.Option.critical(false));
    private static final MethodHandle CRITICAL_FREE = function("mi_free", FREE_TYPE, Linker.Option.critical(false));

    private MiMalloc() {}

    private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        return CFunction.bind(MiMallocLibrary.require(), name, type, options);
    }

    /** Allocates by a plain downcall; returns the address, or 0 if it fails. */
    static long malloc(long bytes) {
        try {
            return (long) MALLOC.invokeExact(bytes);
        } catch (Throwable t) {
            throw CFunction.unexpected(t);
        }
    }

    /** Frees by a plain downcall what {@code malloc} returned. */
    static void free(long address) {
        try {
            FREE.invokeExact(address);
        } catch (Throwable t) {
            throw CFunction.unexpected(t);
        }
    }

    /** Allocates by a critical downcall; returns the address, or 0 if it fails. */
    static long criticalMalloc(long bytes) {
        try {
            return (long) CRITICAL_MALLOC.invokeExact(bytes);
        } catch (Throwable t) {
            throw CFunction.unexpected(t);
        }
    }

    /** Frees by a critical downcall what {@code malloc} returned. */
    static void criticalFree(long address) {
        try {
            CRITICAL_FREE.invokeExact(address);
        } catch (Throwable t) {
            throw CFunction.unexpected(t);
        }
    }
}
