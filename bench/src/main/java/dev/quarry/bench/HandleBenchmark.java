package dev.quarry.bench;

import dev.quarry.Allocation;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of a handle, allocated and closed in stream order, on a simulated device: no memory is behind it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HandleBenchmark {
    /** The block's size: from the stream's cache at 4 KiB, from the free index above. */
    @Param({"4096", "65536", "1048576"})
    public long bytes;

    /** Allocates and closes. */
    @Benchmark
    public long allocate(SimPool device) {
        try (Allocation allocation = device.pool.allocate(bytes)) {
            return allocation.address();
        }
    }
}
