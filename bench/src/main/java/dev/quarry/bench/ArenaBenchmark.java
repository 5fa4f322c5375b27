package dev.quarry.bench;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of an arena for a handful of small structs: opened, ten times 64 bytes, closed. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ArenaBenchmark {
    private static final int STRUCTS = 10;
    private static final long BYTES = 64;

    /** An arena of a pool. */
    @Benchmark
    public long pool(CpuPool host) {
        try (Arena arena = host.pool.arena()) {
            return allocate(arena);
        }
    }

    /** The JDK's confined arena, which clears its memory. */
    @Benchmark
    public long jdk() {
        try (Arena arena = Arena.ofConfined()) {
            return allocate(arena);
        }
    }

    private static long allocate(Arena arena) {
        long addresses = 0;
        for (int i = 0; i < STRUCTS; i++) {
            addresses ^= arena.allocate(BYTES).address();
        }
        return addresses;
    }
}
