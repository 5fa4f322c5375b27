package dev.quarry.bench;

import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.cpu.CpuOptions;
import dev.quarry.cpu.CpuProvider;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A pool of host memory, with and without huge pages. */
@State(Scope.Benchmark)
public class HostPages {
    /** Whether the system is asked for huge pages. */
    @Param({"false", "true"})
    public boolean hugePages;

    private Quarry quarry;
    MemoryPool pool;

    /** Opens the pool. */
    @Setup
    public void open() {
        CpuOptions options = CpuOptions.builder().hugePages(hugePages).build();
        quarry = Quarry.builder().provider(new CpuProvider(options)).open();
        pool = quarry.openPool(quarry.device("cpu:0"), MemoryKind.HOST, PoolOptions.defaults());
    }

    /** Gives the memory back. */
    @TearDown
    public void close() {
        quarry.close();
    }
}
