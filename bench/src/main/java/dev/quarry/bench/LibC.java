package dev.quarry.bench;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Bindings of the C library's {@code mallopt}, and of {@code malloc} and {@code free}, each twice: as a plain downcall, and as one during which the
 * thread cannot be stopped for the garbage collector ({@link Linker.Option#critical}).
 *
 * <p>Addresses are plain numbers; 0 is the null pointer. Thread-safe.
 */
public final class LibC {
    /** {@code M_MMAP_THRESHOLD} of {@code malloc.h}. */
    private static final int MMAP_THRESHOLD = -3;

    private static final FunctionDescriptor MALLOC_TYPE = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG);
    private static final FunctionDescriptor FREE_TYPE = FunctionDescriptor.ofVoid(JAVA_LONG);

    private static final MethodHandle MALLOC = function("malloc", MALLOC_TYPE);
    private static final MethodHandle FREE = function("free", FREE_TYPE);
    private static final MethodHandle MALLOPT =
            function("mallopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
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

    /** Has {@code malloc} ask the system for each block of at least so many bytes, and {@code free} give it back. */
    public static void mapFrom(int bytes) {
        boolean done;
        try {
            done = (int) MALLOPT.invokeExact(MMAP_THRESHOLD, bytes) != 0;
        } catch (Throwable t) {
            throw CFunction.unexpected(t);
        }
        if (!done) {
            throw new IllegalArgumentException("bytes = " + bytes + " (expected: what the C library allows)");
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
