package dev.quarry.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quarry.Allocation;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of 4 KiB of host memory that a user writes to, under a view that dies with the allocation. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ViewBenchmark {
    private static final long BYTES = 4096;

    /** Allocates, takes the confined view, writes to it and closes. */
    @Benchmark
    public long confined(CpuPool host) {
        try (Allocation allocation = host.pool.allocate(BYTES)) {
            MemorySegment view = allocation.segment();
            view.set(JAVA_LONG, 0, BYTES);
            return view.address();
        }
    }
}
