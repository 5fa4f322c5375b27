package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the report of a failed allocation advises, and whether it is true. */
class PoolHintTest {
    private static final long TOTAL = 8 << 20;

    private final SimProvider provider =
            new SimProvider(SimOptions.builder().totalBytes(TOTAL).build());
    private final Quarry quarry = Quarry.builder().provider(provider).open();

    @AfterEach
    void close() {
        provider.driver(0).faults().clear();
        quarry.close();
    }

    @Test
    void shouldNameDriverWhenItRefusesThoughMemoryIsFree() {
        MemoryPool pool = pool(Long.MAX_VALUE);
        provider.driver(0).faults().failFrom(SimFunction.ALLOCATE, 1, SimFailure.OUT_OF_MEMORY);
        assertHint(pool, 1000, "The driver refused, although it reports that enough is free");
    }

    @Test
    void shouldNameLimitWhenItIsUsedUp() {
        MemoryPool pool = pool(4096);
        try (Allocation _ = pool.allocate(4096)) {
            assertHint(pool, 1, "The pool's limit is reached while the device has memory");
        }
    }

    @Test
    void shouldNameDeviceWhenAnotherPoolUsesItUp() {
        MemoryPool pool = pool(4096);
        try (Allocation _ = pool(Long.MAX_VALUE).allocate(TOTAL)) {
            assertHint(pool, 1, "The device's memory is used up");
        }
    }

    @Test
    void shouldNameLimitWhenNoBlockIsAsSmall() {
        assertHint(pool(100), 64, "The smallest block for the request, 512 bytes, is larger than the pool's limit");
        assertHint(pool(100), 101, "The request alone is larger than the pool's limit");
    }

    private MemoryPool pool(long limit) {
        return quarry.openPool(
                quarry.device("sim"),
                MemoryKind.DEVICE,
                PoolOptions.withoutEnvironment().limit(limit).build());
    }

    private static void assertHint(MemoryPool pool, long bytes, String hint) {
        assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                .isThrownBy(() -> pool.allocate(bytes))
                .withMessageContaining(hint);
    }
}
