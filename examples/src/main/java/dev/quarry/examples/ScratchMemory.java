package dev.quarry.examples;

import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.examples.libc.LibC;
import dev.quarry.examples.libc.Point;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Scratch memory for calls into C: a pool's arena goes wherever code asks for an {@link Arena} or a
 * {@link java.lang.foreign.SegmentAllocator}.
 */
public final class ScratchMemory {
    private static final int POINTS = 5;

    private ScratchMemory() {}

    /** Runs the example on memory of the host. */
    public static void main(String[] arguments) {
        try (Quarry quarry = Quarry.open();
                MemoryPool pool = quarry.openPool(quarry.device("cpu:0"), MemoryKind.HOST, PoolOptions.defaults())) {
            run(pool);
        }
    }

    static void run(MemoryPool pool) {
        try (Arena scratch = pool.arena()) {
            MemorySegment text = scratch.allocateFrom("off the heap");
            System.out.println("strlen: " + LibC.strlen(text));
            System.out.println("nearest first: " + sortedByDistance(scratch));
        }
        // What an arena held goes back to the pool when the arena closes, and the next arena gets it.
        long length = 0;
        for (int request = 0; request < 1000; request++) {
            try (Arena scratch = pool.arena()) {
                length += LibC.strlen(scratch.allocateFrom("request " + request));
            }
        }
        MemoryStatistics statistics = pool.statistics();
        long calls = statistics.driver().allocations() + statistics.driver().pagesCreated();
        System.out.println("1000 requests: " + length + " characters");
        System.out.println("driver asked for memory: " + calls + " time(s)");
    }

    private static String sortedByDistance(Arena scratch) {
        MemorySegment points = Point.allocateArray(POINTS, scratch);
        for (int i = 0; i < POINTS; i++) {
            Point.set(Point.asSlice(points, i), i, POINTS - i, 1.5 * i);
        }
        MemorySegment nearestFirst =
                LibC.Comparison.allocate((left, right) -> Double.compare(distance(left), distance(right)), scratch);
        LibC.qsort(points, POINTS, Point.sizeof(), nearestFirst);
        return IntStream.range(0, POINTS)
                .mapToObj(i -> String.valueOf(Point.id(Point.asSlice(points, i))))
                .collect(Collectors.joining(" "));
    }

    private static double distance(MemorySegment point) {
        return Math.hypot(Point.x(point), Point.y(point));
    }
}
