package dev.quarry.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of 4 KiB of host memory that a user writes to while 128 such blocks are held: the oldest is freed, a new one is
 * allocated and written to.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RingBenchmark {
    private static final int HELD = 128;
    private static final long BYTES = 4096;

    /** A pool's blocks under confined views, which die with them. */
    @Benchmark
    public long confined(CpuPool host, Views ring) {
        return ring.turn(host.pool);
    }

    /** Blocks of {@code malloc}, each under a view that nothing ends. */
    @Benchmark
    public long malloc(Addresses ring) {
        return ring.turn();
    }

    /** The pool's blocks; filled anew in each iteration, since a confined view belongs to the thread. */
    @State(Scope.Thread)
    public static class Views {
        private final Allocation[] held = new Allocation[HELD];
        private int next;

        /** Allocates the blocks. */
        @Setup(Level.Iteration)
        public void fill(CpuPool host) {
            for (int i = 0; i < HELD; i++) {
                held[i] = host.pool.allocate(BYTES);
                held[i].segment().set(JAVA_LONG, 0, BYTES);
            }
        }

        private long turn(MemoryPool pool) {
            int i = next;
            next = (i + 1) % HELD;
            held[i].close();
            Allocation allocation = pool.allocate(BYTES);
            held[i] = allocation;
            MemorySegment view = allocation.segment();
            view.set(JAVA_LONG, 0, BYTES);
            return view.address();
        }

        /** Frees the blocks. */
        @TearDown(Level.Iteration)
        public void drain() {
            for (Allocation allocation : held) {
                allocation.close();
            }
        }
    }

    /** The blocks of {@code malloc}. */
    @State(Scope.Thread)
    public static class Addresses {
        private final long[] held = new long[HELD];
        private int next;

        /** Allocates the blocks. */
        @Setup(Level.Iteration)
        public void fill() {
            for (int i = 0; i < HELD; i++) {
                held[i] = LibC.malloc(BYTES);
            }
        }

        private long turn() {
            int i = next;
            next = (i + 1) % HELD;
            LibC.free(held[i]);
            long address = LibC.malloc(BYTES);
            held[i] = address;
            MemorySegment view = MemorySegment.ofAddress(address).reinterpret(BYTES);
            view.set(JAVA_LONG, 0, BYTES);
            return address;
        }

        /** Frees the blocks. */
        @TearDown(Level.Iteration)
        public void drain() {
            for (long address : held) {
                LibC.free(address);
            }
        }
    }
}
