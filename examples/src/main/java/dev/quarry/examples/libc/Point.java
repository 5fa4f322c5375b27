package dev.quarry.examples.libc;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/** The C type {@code struct point { int id; double x; double y; }}, in the style of jextract's output. */
public final class Point {
    private static final StructLayout LAYOUT = MemoryLayout.structLayout(
                    ValueLayout.JAVA_INT.withName("id"),
                    MemoryLayout.paddingLayout(4),
                    ValueLayout.JAVA_DOUBLE.withName("x"),
                    ValueLayout.JAVA_DOUBLE.withName("y"))
            .withName("point");
    private static final long ID = LAYOUT.byteOffset(PathElement.groupElement("id"));
    private static final long X = LAYOUT.byteOffset(PathElement.groupElement("x"));
    private static final long Y = LAYOUT.byteOffset(PathElement.groupElement("y"));

    private Point() {}

    /** Returns the size of one struct in bytes, padding included. */
    public static long sizeof() {
        return LAYOUT.byteSize();
    }

    /** Allocates an array of structs with whatever allocator it is given. */
    public static MemorySegment allocateArray(long count, SegmentAllocator allocator) {
        return allocator.allocate(LAYOUT, count);
    }

    /** Returns one struct of an array. */
    public static MemorySegment asSlice(MemorySegment array, long index) {
        return array.asSlice(LAYOUT.byteSize() * index, LAYOUT.byteSize());
    }

    /** Sets all members. */
    public static void set(MemorySegment struct, int id, double x, double y) {
        struct.set(ValueLayout.JAVA_INT, ID, id);
        struct.set(ValueLayout.JAVA_DOUBLE, X, x);
        struct.set(ValueLayout.JAVA_DOUBLE, Y, y);
    }

    /** Returns the member {@code id}. */
    public static int id(MemorySegment struct) {
        return struct.get(ValueLayout.JAVA_INT, ID);
    }

    /** Returns the member {@code x}. */
    public static double x(MemorySegment struct) {
        return struct.get(ValueLayout.JAVA_DOUBLE, X);
    }

    /** Returns the member {@code y}. */
    public static double y(MemorySegment struct) {
        return struct.get(ValueLayout.JAVA_DOUBLE, Y);
    }
}
