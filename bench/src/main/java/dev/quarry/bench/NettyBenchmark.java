package dev.quarry.bench;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
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

/** The peer of Java's network servers: Netty's allocators, on Netty's own threads; blocks stay untouched. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {
            "--enable-native-access=ALL-UNNAMED",
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=dev.quarry.bench.NettyThreads"
        })
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class NettyBenchmark {
    private final ByteBufAllocator adaptive = new AdaptiveByteBufAllocator();
    private final ByteBufAllocator pooled = PooledByteBufAllocator.DEFAULT;

    /** The block's size. */
    @Param({"4096", "65536", "1048576"})
    public long bytes;

    /** The adaptive allocator, Netty's default from 4.2 on. */
    @Benchmark
    public int adaptive() {
        return allocate(adaptive);
    }

    /** The pooled allocator, its default before. */
    @Benchmark
    public int pooled() {
        return allocate(pooled);
    }

    private int allocate(ByteBufAllocator allocator) {
        ByteBuf buffer = allocator.directBuffer((int) bytes);
        int capacity = buffer.capacity();
        buffer.release();
        return capacity;
    }
}
