package dev.quarry.bench;

import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The peer with accounts and limits: Arrow's allocator over its edition of Netty's pool; blocks stay untouched. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-Dio.netty.noUnsafe=false" // Netty's default from JDK 25 on is not what Arrow needs
        })
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ArrowBenchmark {
    private final BufferAllocator allocator = new RootAllocator();

    /** The block's size. */
    @Param({"4096", "65536", "1048576"})
    public long bytes;

    /** Allocates and closes. */
    @Benchmark
    public long allocate() {
        try (ArrowBuf buffer = allocator.buffer(bytes)) {
            return buffer.memoryAddress();
        }
    }

    /** Gives the memory back. */
    @TearDown
    public void close() {
        allocator.close();
    }
}
