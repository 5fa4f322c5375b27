package dev.quarry.examples.libc;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Two functions of the C library, in the style of jextract's output. */
@SuppressWarnings("restricted") // calling C is what this class is for
public final class LibC {
    private static final AddressLayout POINTER =
            ValueLayout.ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, ValueLayout.JAVA_BYTE));
    private static final ValueLayout.OfLong SIZE_T = ValueLayout.JAVA_LONG;
    private static final MethodHandle STRLEN = function("strlen", FunctionDescriptor.of(SIZE_T, POINTER));
    private static final MethodHandle QSORT =
            function("qsort", FunctionDescriptor.ofVoid(POINTER, SIZE_T, SIZE_T, POINTER));

    private LibC() {}

    /** Returns the length of a C string in bytes. */
    public static long strlen(MemorySegment text) {
        try {
            return (long) STRLEN.invokeExact(text);
        } catch (Throwable e) {
            throw new AssertionError("C functions throw nothing", e);
        }
    }

    /** Sorts an array in place; {@code order} comes from {@link Comparison#allocate}. */
    public static void qsort(MemorySegment array, long count, long elementBytes, MemorySegment order) {
        try {
            QSORT.invokeExact(array, count, elementBytes, order);
        } catch (Throwable e) {
            throw new AssertionError("C functions throw nothing", e);
        }
    }

    /** The comparison that {@link #qsort} calls back, and how C gets a pointer to it. */
    @FunctionalInterface
    public interface Comparison {
        /** Returns a negative number, zero or a positive number, as {@link java.util.Comparator#compare} does. */
        int apply(MemorySegment left, MemorySegment right);

        /** Makes a C function of a comparison; it lives as long as the arena. */
        static MemorySegment allocate(Comparison comparison, Arena arena) {
            FunctionDescriptor descriptor = FunctionDescriptor.of(ValueLayout.JAVA_INT, POINTER, POINTER);
            try {
                MethodType type = descriptor.toMethodType();
                MethodHandle target = MethodHandles.lookup().findVirtual(Comparison.class, "apply", type);
                return Linker.nativeLinker().upcallStub(target.bindTo(comparison), descriptor, arena);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("apply stands above", e);
            }
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
    }
}
