package dev.quarry.bench;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Bindings of the C library's {@code malloc_trim}, and of {@code malloc} and {@code free}, each twice: as a plain downcall, and as one during which the
 * thread cannot be stopped for the garbage collector ({@link Linker.Option#critical}).
 *
 * <p>Addresses are plain numbers; 0 is the null pointer. Thread-safe.
 */
public final class LibC {
    private static final FunctionDescriptor MALLOC_TYPE = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG);
    private static final FunctionDescriptor FREE_TYPE = FunctionDescriptor.ofVoid(JAVA_LONG);

    private static final MethodHandle MALLOC = function("malloc", MALLOC_TYPE);
    private static final MethodHandle FREE = function("free", FREE_TYPE);
    private static final MethodHandle TRIM = function("malloc_trim", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    private static final MethodHandle CRITICAL_MALLOC = function("malloc", MALLOC_TYPE, Linker.Option.critical(false));
    private static final MethodHandle CRITICAL_FREE = function("free", FREE_TYPE, Linker.Option.critical(false));

    private LibC() {}

    private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        return CFunction.bind(Linker.nativeLinker().defaultLookup(), name, type, options);
    }

    /** Allocates by a plain downcall; returns the address, or 0 if it fails. */
    public static long malloc(long bytes) {
        try {
            return (long) MALLOC.invokeExact(bytes);
        } catch (Throwable t) {
            throw CFunction.unexpected(t);
        }
    }

    /** Frees by a plain downcall what {@code malloc} returned. */
    public static void free(long address) {
        try {
            FREE.invokeExact(address);
        } catch (Throwable t) {
            throw CFunction.unexpected(t);
        }
    }

    /** Gives all free memory of the C library back to the system, whole pages of it. */
    public static void trim() {
        try {
            int _ = (int) TRIM.invokeExact(0L);
        } catch (Throwable t) {
            throw CFunction.unexpected(t);
        }
    }

    /** Allocates by a critical downcall; returns the address, or 0 if it fails. */
    public static long criticalMalloc(long bytes) {
        try {
            return (long) CRITICAL_MALLOC.invokeExact(bytes);
        } catch (Throwable t) {
            throw CFunction.unexpected(t);
        }
    }

    /** Frees by a critical downcall what {@code malloc} returned. */
    public static void criticalFree(long address) {
        try {
            CRITICAL_FREE.invokeExact(address);
        } catch (Throwable t) {
            throw CFunction.unexpected(t);
        }
    }
}
