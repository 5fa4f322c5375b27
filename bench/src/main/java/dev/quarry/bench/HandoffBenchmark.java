package dev.quarry.bench;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The time per block of a producer and a consumer: one thread allocates 4 KiB of host memory, another frees it, with at most
 * 1024 blocks between them; the slower of the two sets the pace.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HandoffBenchmark {
    private static final long BYTES = 4096;

    /** Through a pool. */
    @Benchmark
    public void pool(PoolBlocks blocks) {
        int slot = blocks.emptySlot();
        blocks.blocks[slot] = blocks.pool.allocate(BYTES);
        blocks.handOver();
    }

    /** Through {@code malloc} and {@code free}. */
    @Benchmark
    public void malloc(MallocBlocks blocks) {
        int slot = blocks.emptySlot();
        blocks.addresses[slot] = LibC.malloc(BYTES);
        blocks.handOver();
    }

    /** A pool's blocks on their way. */
    @State(Scope.Benchmark)
    public static class PoolBlocks extends Handoff {
        private final Allocation[] blocks = new Allocation[SlotRing.SLOTS];
        private MemoryPool pool;

        /** Starts the consumer. */
        @Setup
        public void open(CpuPool host) {
            pool = host.pool;
            start();
        }

        @Override
        void free(int slot) {
            blocks[slot].close();
        }

        /** Ends the consumer. */
        @TearDown
        public void close() throws InterruptedException {
            end();
        }
    }

    /** The blocks of {@code malloc} on their way. */
    @State(Scope.Benchmark)
    public static class MallocBlocks extends Handoff {
        private final long[] addresses = new long[SlotRing.SLOTS];

        /** Starts the consumer. */
        @Setup
        public void open() {
            start();
        }

        @Override
        void free(int slot) {
            LibC.free(addresses[slot]);
        }

        /** Ends the consumer. */
        @TearDown
        public void close() throws InterruptedException {
            end();
        }
    }
}
