package dev.quarry.bench;

import dev.quarry.Device;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimProvider;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A pool of a simulated device with the options that users get by default: no memory is behind it. */
@State(Scope.Benchmark)
public class SimPool {
    private final Quarry quarry = Quarry.builder().provider(new SimProvider()).open();
    private final Device device = quarry.device("sim:0");
    final MemoryPool pool = openPool();

    /** Opens another pool of the device. */
    final MemoryPool openPool() {
        return quarry.openPool(device, device.defaultKind(), PoolOptions.defaults());
    }

    /** Opens a stream of the device. */
    final Stream openStream() {
        return device.newStream();
    }

    /** Gives the memory back, and closes pools and streams. */
    @TearDown
    public void close() {
        quarry.close();
    }
}
