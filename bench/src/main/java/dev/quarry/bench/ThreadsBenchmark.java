package dev.quarry.bench;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import dev.quarry.Stream;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of sharing: 4 KiB allocated and closed by two threads, each in the order of a stream of its own, on a simulated
 * device. The time of {@link #privatePools} over that of {@link #shared} is the throughput of one shared pool as a part of
 * that of two pools.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ThreadsBenchmark {
    private static final long BYTES = 4096;

    /** One thread. */
    @Benchmark
    @Threads(1)
    public long alone(SimPool device, OwnStream own) {
        return allocate(device.pool, own.stream);
    }

    /** Two threads on one pool. */
    @Benchmark
    @Threads(2)
    public long shared(SimPool device, OwnStream own) {
        return allocate(device.pool, own.stream);
    }

    /** Two threads on a pool each. */
    @Benchmark
    @Threads(2)
    public long privatePools(OwnPool own) {
        return allocate(own.pool, own.stream);
    }

    private static long allocate(MemoryPool pool, Stream stream) {
        try (Allocation allocation = pool.allocate(BYTES, stream)) {
            return allocation.address();
        }
    }

    /** A stream for each thread. */
    @State(Scope.Thread)
    public static class OwnStream {
        private Stream stream;

        /** Opens it. */
        @Setup
        public void open(SimPool device) {
            stream = device.openStream();
        }
    }

    /** A pool and a stream for each thread. */
    @State(Scope.Thread)
    public static class OwnPool {
        private MemoryPool pool;
        private Stream stream;

        /** Opens both. */
        @Setup
        public void open(SimPool device) {
            pool = device.openPool();
            stream = device.openStream();
        }
    }
}
