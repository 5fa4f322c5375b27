package dev.quarry.bench;

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

/** The peer that is quickest without safety, limits or accounts: mimalloc through FFM; blocks stay untouched. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MiMallocBenchmark {
    /** The block's size. */
    @Param({"4096", "65536", "1048576"})
    public long bytes;

    /** Says what to do where the library is missing. */
    @Setup
    public void open() {
        MiMallocLibrary.require();
    }

    /** Plain downcalls. */
    @Benchmark
    public long plain() {
        long address = MiMalloc.malloc(bytes);
        MiMalloc.free(address);
        return address;
    }

    /** Critical downcalls: a lower bound, for the garbage collector waits while {@code mi_malloc} asks the kernel. */
    @Benchmark
    public long critical() {
        long address = MiMalloc.criticalMalloc(bytes);
        MiMalloc.criticalFree(address);
        return address;
    }
}
