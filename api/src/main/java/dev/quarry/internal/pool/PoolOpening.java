package dev.quarry.internal.pool;

import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemorySource;
import dev.quarry.PoolOptions;
import dev.quarry.internal.device.DriverDevice;
import java.util.Objects;

/** The opening of pools that no {@link dev.quarry.Quarry} is asked for: private ones, and those over other libraries' memory. */
public final class PoolOpening {
    private PoolOpening() {}

    /** Opens a pool over memory of another library; as {@link MemoryPool#over(MemorySource, PoolOptions)}. */
    public static MemoryPool over(MemorySource source, PoolOptions options) {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(options, "options");
        Device device = Objects.requireNonNull(source.device(), "source.device()");
        MemoryKind kind = Objects.requireNonNull(source.kind(), "source.kind()");
        if (!(device instanceof DriverDevice own)) {
            throw new IllegalArgumentException(
                    source + " belongs to " + device + " (expected: a device of an open Quarry)");
        }
        own.checkOpen();
        own.checkKind(kind);
        return open(own, kind, options, new Backing(new SourceSupply(source), false));
    }

    /** Opens a private pool beside another one; as {@link MemoryPool#privatePool(PoolOptions)}. */
    static MemoryPool privatePool(PoolFront pool, PoolOptions options) {
        Objects.requireNonNull(options, "options");
        DevicePool root = pool.root();
        if (root != pool) {
            throw new UnsupportedOperationException(
                    "child pool \"" + pool.name() + "\" has no memory of its own: open the private pool from " + root);
        }
        root.core().checkOpen();
        PoolOptions named = options.name() == null
                ? options.toBuilder().name(root.name() + "/private").build()
                : options;
        Backing backing = new Backing(root.core().backing().supply(), true);
        return open(root.device(), root.kind(), named, backing);
    }

    /** Opens a private pool with the options of another one; as {@link MemoryPool#privatePool()}. */
    static MemoryPool privatePool(PoolFront pool) {
        String name = pool.root().name() + "/private";
        return privatePool(
                pool, pool.options().toBuilder().name(name).initialBytes(0).build());
    }

    private static MemoryPool open(DriverDevice device, MemoryKind kind, PoolOptions options, Backing backing) {
        DevicePool pool = new DevicePool(device, kind, options, backing);
        try {
            device.keep(pool);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
        return pool;
    }
}
