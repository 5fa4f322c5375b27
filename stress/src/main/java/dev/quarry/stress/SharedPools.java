package dev.quarry.stress;

import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.ViewSafety;
import dev.quarry.cpu.CpuProvider;
import dev.quarry.sim.SimProvider;
import java.util.EnumMap;
import java.util.Map;

/** Pools that live as long as the JVM and serve all states of a test. */
final class SharedPools {
    private static final Quarry QUARRY = Quarry.builder()
            .provider(new SimProvider())
            .provider(new CpuProvider())
            .open();

    private static final MemoryPool DEVICE = QUARRY.openPool(
            QUARRY.device("sim"),
            MemoryKind.DEVICE,
            PoolOptions.withoutEnvironment().build());

    private static final Map<ViewSafety, MemoryPool> HOST = new EnumMap<>(ViewSafety.class);

    static {
        for (ViewSafety safety : ViewSafety.values()) {
            PoolOptions options =
                    PoolOptions.withoutEnvironment().viewSafety(safety).build();
            HOST.put(safety, QUARRY.openPool(QUARRY.device("cpu"), MemoryKind.HOST, options));
        }
    }

    private SharedPools() {}

    /** Returns a pool of a simulated device's memory. */
    static MemoryPool device() {
        return DEVICE;
    }

    /** Returns a pool of host memory whose views are of some safety. */
    static MemoryPool host(ViewSafety safety) {
        MemoryPool pool = HOST.get(safety);
        if (pool == null) {
            throw new IllegalArgumentException("safety = " + safety);
        }
        return pool;
    }
}
