package dev.quarry;

/** What protects the {@code MemorySegment} of an {@link Allocation} against use after the allocation was closed. */
public enum ViewSafety {
    /**
     * The view belongs to the thread that first asks for it, and dies with the allocation: later access throws
     * {@code IllegalStateException}. Costs nanoseconds. Only that thread may close an allocation whose view was made.
     */
    CONFINED,

    /**
     * Any thread may use the view, and any thread may close the allocation. {@link Allocation#segment()} checks that the
     * allocation is open; a view kept beyond the close can still be read and written until the pool closes. It shows
     * whatever the memory holds, and what is written to it lands in the memory of whoever has it by then: never a crash, but no
     * exception either.
     */
    SHARED,

    /**
     * Any thread may use the view, and it dies with the allocation. Each close makes all threads of the JVM meet, which
     * takes microseconds, and over 100 µs on a busy machine: for debugging.
     */
    CHECKED
}
