package dev.quarry.internal.pool;

import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.internal.device.FakeDriver;
import dev.quarry.internal.device.FakeProvider;

/** A pool over a device without memory behind its addresses. */
final class Fakes implements AutoCloseable {
    private final Quarry quarry;
    private final MemoryPool pool;

    Fakes(PoolOptions options) {
        this(MemoryKind.DEVICE, options);
    }

    Fakes(MemoryKind kind, PoolOptions options) {
        quarry = Quarry.builder()
                .provider(FakeProvider.of("fake", new FakeDriver("fake:0")))
                .open();
        pool = quarry.openPool(quarry.device("fake:0"), kind, options);
    }

    MemoryPool pool() {
        return pool;
    }

    @Override
    public void close() {
        quarry.close();
    }
}
