package dev.quarry.bench;

import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.cpu.CpuProvider;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A pool of host memory with the options that users get by default. */
@State(Scope.Benchmark)
public class CpuPool {
    private final Quarry quarry = Quarry.builder().provider(new CpuProvider()).open();
    final MemoryPool pool = quarry.openPool(quarry.device("cpu:0"), MemoryKind.HOST, PoolOptions.defaults());

    /** Gives the memory back. */
    @TearDown
    public void close() {
        quarry.close();
    }
}
