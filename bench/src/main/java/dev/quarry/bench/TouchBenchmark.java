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
 * The cost of host memory that is written from end to end. <i>Reused</i>: one block is allocated, filled, freed, over and over.
 * <i>First</i>: a program grows by {@link #GROWN} bytes in blocks of that size, fills them, frees them, and the system gets the
 * memory back, so that it clears each page again.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TouchBenchmark {
    /** Bytes by which a program grows. */
    static final long GROWN = 256 << 20;

    /** The block's size. */
    @Param({"65536", "1048576", "16777216", "67108864"})
    public long bytes;

    private Allocation[] allocations = {};
    private long[] addresses = {};

    /** Makes room for the handles of blocks that are held together. */
    @Setup
    public void makeRoom() {
        int blocks = Math.toIntExact(GROWN / bytes);
        allocations = new Allocation[blocks];
        addresses = new long[blocks];
    }

    /** A pool's memory, which it keeps. */
    @Benchmark
    public long poolReused(HostPages host) {
        try (Allocation allocation = host.pool.allocate(bytes)) {
            return allocation.segment().fill((byte) 1).address();
        }
    }

    /** A pool that grows and is trimmed. */
    @Benchmark
    public long poolFirst(HostPages host) {
        for (int i = 0; i < allocations.length; i++) {
            allocations[i] = host.pool.allocate(bytes);
            allocations[i].segment().fill((byte) 1);
        }
        for (Allocation allocation : allocations) {
            allocation.close();
        }
        return host.pool.trim();
    }

    /** {@code malloc} and {@code free}: the C library keeps blocks of up to 32 MiB. */
    @Benchmark
    public long mallocReused() {
        long address = LibC.malloc(bytes);
        fill(address);
        LibC.free(address);
        return address;
    }

    /** {@code malloc} while a program grows, {@code free} and {@code malloc_trim}. */
    @Benchmark
    public long[] mallocFirst() {
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = LibC.malloc(bytes);
            fill(addresses[i]);
        }
        for (long address : addresses) {
            LibC.free(address);
        }
        LibC.trim();
        return addresses;
    }

    /** The JDK's memory, which it clears before it hands it out. */
    @Benchmark
    public long arenaReused() {
        try (Arena arena = Arena.ofConfined()) {
            return arena.allocate(bytes).fill((byte) 1).address();
        }
    }

    /** The JDK's memory while a program grows, and {@code malloc_trim}: the JDK uses {@code malloc}. */
    @Benchmark
    public long arenaFirst() {
        long sum = 0;
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < addresses.length; i++) {
                sum += arena.allocate(bytes).fill((byte) 1).address();
            }
        }
        LibC.trim();
        return sum;
    }

    private void fill(long address) {
        MemorySegment.ofAddress(address).reinterpret(bytes).fill((byte) 1);
    }
}
