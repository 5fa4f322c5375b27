package dev.quarry.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryPool;
import dev.quarry.Quarry;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A child pool that is closed while native code uses its allocator's memory. */
class ChildAllocatorInUseTest {
    private static final Linker LINKER = Linker.nativeLinker();

    @Test
    void shouldStayOpenWhenNativeCodeUsesAllocatorsMemory() throws Throwable {
        try (Quarry quarry = Quarry.builder().provider(new CpuProvider()).open();
                Arena arena = Arena.ofConfined()) {
            MemoryPool pool = quarry.pool(quarry.device("cpu"));
            MemoryPool child = pool.child("child", 0, 1 << 20);
            MemorySegment numbers = child.segmentAllocator().allocateFrom(ValueLayout.JAVA_INT, 2, 1);
            AtomicInteger refusals = new AtomicInteger();
            sort(arena, numbers, () -> {
                try {
                    child.close();
                } catch (IllegalStateException e) {
                    refusals.incrementAndGet(); // what leaves a call from native code ends the process
                }
            });
            assertThat(refusals).hasPositiveValue();
            assertThat(numbers.toArray(ValueLayout.JAVA_INT)).containsExactly(1, 2);
            assertThat(child.isOpen()).isTrue();
            child.allocate(100).close();
            child.close();
            assertThat(pool.statistics().allocations().current()).isZero();
        }
    }

    /** What the C library calls back. */
    @FunctionalInterface
    @SuppressWarnings("UnusedMethod") // called by way of a handle
    private interface Comparison {
        int compare(MemorySegment left, MemorySegment right);
    }

    /** Sorts by the C library, which holds the memory and calls back for each comparison. */
    private static void sort(Arena arena, MemorySegment numbers, Runnable inside) throws Throwable {
        Comparison comparison = (left, right) -> {
            inside.run();
            return Integer.compare(left.get(ValueLayout.JAVA_INT, 0), right.get(ValueLayout.JAVA_INT, 0));
        };
        ValueLayout pointer = ValueLayout.ADDRESS.withTargetLayout(ValueLayout.JAVA_INT);
        FunctionDescriptor compared = FunctionDescriptor.of(ValueLayout.JAVA_INT, pointer, pointer);
        MethodHandle compare = MethodHandles.lookup()
                .findVirtual(Comparison.class, "compare", compared.toMethodType())
                .bindTo(comparison);
        MethodHandle qsort = LINKER.downcallHandle(
                LINKER.defaultLookup().find("qsort").orElseThrow(),
                FunctionDescriptor.ofVoid(
                        ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        qsort.invokeExact(
                numbers,
                numbers.byteSize() / Integer.BYTES,
                (long) Integer.BYTES,
                LINKER.upcallStub(compare, compared, arena));
    }
}
