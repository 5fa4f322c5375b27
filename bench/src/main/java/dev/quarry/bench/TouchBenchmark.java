package dev.quarry.bench;

import dev.quarry.Allocation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of host memory that is written from end to end: allocate, fill, free. <i>Reused</i> memory was written before;
 * memory that is touched <i>first</i> was given back to the system meanwhile, which clears it when it is touched again.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TouchBenchmark {
    /** The block's size. */
    @Param({"65536", "1048576", "16777216", "67108864"})
    public long bytes;

    /** Has the C library keep no block. */
    @State(Scope.Benchmark)
    public static class FreshMalloc {
        /** Sets it for the whole JVM. */
        @Setup
        public void set() {
            LibC.mapFrom(4096);
        }
    }

    /** A pool's memory, which it keeps. */
    @Benchmark
    public long poolReused(HostPages host) {
        return fill(host);
    }

    /** A pool's memory, which it gives back after each use. */
    @Benchmark
    public long poolFirst(HostPages host) {
        long address = fill(host);
        host.pool.trim();
        return address;
    }

    /** {@code malloc} and {@code free}: the C library keeps blocks of up to 32 MiB. */
    @Benchmark
    public long malloc() {
        return fillMalloc();
    }

    /** The same, and the C library asks the system for each block anew. */
    @Benchmark
    public long mallocFirst(FreshMalloc fresh) {
        return fillMalloc();
    }

    /** The JDK's memory, which it clears before it hands it out. */
    @Benchmark
    public long confinedArena() {
        try (Arena arena = Arena.ofConfined()) {
            return arena.allocate(bytes).fill((byte) 1).address();
        }
    }

    private long fill(HostPages host) {
        try (Allocation allocation = host.pool.allocate(bytes)) {
            return allocation.segment().fill((byte) 1).address();
        }
    }

    private long fillMalloc() {
        long address = LibC.malloc(bytes);
        MemorySegment.ofAddress(address).reinterpret(bytes).fill((byte) 1);
        LibC.free(address);
        return address;
    }
}
