package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.LadderStep;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
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

    @Test
    void shouldNamePoolAboveWhenReservationsOfOthersHoldItsLimit() {
        MemoryPool pool = pool(1 << 20);
        MemoryPool child = pool.child("child", 0, 1 << 20);
        MemoryPool keeping = pool.child("keeping", 800 << 10, 1 << 20);
        assertHint(child, 512 << 10, "The limit of pool \"" + pool.name() + "\" is reached");
        assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                .isThrownBy(() -> pool.child("late", 512 << 10, 1 << 20))
                .withMessageContaining("The limit of pool \"" + pool.name() + "\" is reached");
        assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                .isThrownBy(() -> child.child("inner", 2 << 20, 2 << 20))
                .withMessageContaining("The request alone is larger than the limit of pool \"child\"");
        keeping.close();
        child.allocate(512 << 10).close();
        child.close();
    }

    @Test
    void shouldTellFiguresOfPoolWhenReservationIsRefused() {
        MemoryPool pool = pool(6 << 20);
        try (MemoryPool _ = pool.child("red", 4 << 20, 6 << 20)) {
            assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                    .isThrownBy(() -> pool.child("green", 3 << 20, 3 << 20))
                    .withMessageContaining("The limit of pool \"" + pool.name() + "\" is reached")
                    .satisfies(e -> assertThat(e.report().allocatedBytes()).isZero())
                    .satisfies(e -> assertThat(e.report().reservedBytes()).isZero())
                    .satisfies(e -> assertThat(e.report().limitBytes()).isEqualTo(6 << 20))
                    .satisfies(
                            e -> assertThat(e.report().refusal().chargedBytes()).isEqualTo(4 << 20));
        }
    }

    @Test
    void shouldNameDeviceWhenReservationIsLargerAndPoolHasNoLimit() {
        MemoryPool pool = pool(Long.MAX_VALUE);
        assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                .isThrownBy(() -> pool.child("large", 5 * TOTAL, 5 * TOTAL))
                .withMessageContaining("The request alone is larger than the device's memory: ask for less.")
                .satisfies(e -> assertThat(e.report().refusal().limitBytes()).isEqualTo(TOTAL));
        try (Allocation _ = pool.allocate(TOTAL / 2)) {
            assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                    .isThrownBy(() -> pool.child("large", TOTAL, TOTAL))
                    .withMessageContaining("the device's memory beside what is allocated is less: free some.")
                    .satisfies(
                            e -> assertThat(e.report().refusal().chargedBytes()).isEqualTo(TOTAL / 2));
        }
    }

    /** The initial memory is had as any: what other pools hold and nobody uses is given back for it. */
    @Test
    void shouldTakeInitialMemoryWhenOtherPoolHoldsItUnused() {
        MemoryPool idle = pool(Long.MAX_VALUE);
        idle.allocate(TOTAL / 4 * 3).close();
        PoolOptions options = PoolOptions.withoutEnvironment()
                .limit(TOTAL / 4 * 3)
                .initialBytes(TOTAL / 4 * 3)
                .build();
        PoolOptions alone = options.toBuilder()
                .ladder(EnumSet.complementOf(EnumSet.of(LadderStep.OTHER_POOLS)))
                .build();
        for (long limit : new long[] {Long.MAX_VALUE, TOTAL / 4 * 3}) {
            quarry.device("sim").limit(limit);
            assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                    .isThrownBy(() -> quarry.openPool(quarry.device("sim"), MemoryKind.DEVICE, alone))
                    .withMessageContaining("The step other-pools is switched off");
            MemoryPool ready = quarry.openPool(quarry.device("sim"), MemoryKind.DEVICE, options);
            assertThat(ready.statistics().reservedBytes().current()).isEqualTo(TOTAL / 4 * 3);
            ready.close();
            idle.allocate(TOTAL / 4 * 3).close();
        }
        quarry.device("sim").limit(Long.MAX_VALUE);
    }

    @Test
    void shouldTellWhoHoldsTheDeviceWhenItIsUsedUp() {
        MemoryPool pool = pool(Long.MAX_VALUE);
        try (Allocation _ = pool.allocate(TOTAL)) {
            assertHint(pool, 1, "The device's memory is used up by this pool: free some.");
        }
        pool.trim();
        provider.driver(0).useElsewhere(TOTAL);
        assertHint(pool, 1, "8.00 MiB of it outside this pool: let other processes give theirs back.");
        provider.driver(0).useElsewhere(0);
    }

    @Test
    void shouldAdviseVirtualMemoryOnlyWhenDeviceHasIt() {
        assertPieces(false, false, "between live allocations: allocate what lives long first");
        assertPieces(true, false, "set the option virtual-memory");
        assertPieces(true, true, "set the option mode to thrifty");
    }

    /** Leaves two free pieces of 2 MiB beside a live one of some bytes each, and asks for 4 MiB. */
    private static void assertPieces(boolean able, boolean used, String hint) {
        SimProvider own = new SimProvider(
                SimOptions.builder().totalBytes(TOTAL).virtualMemory(able).build());
        try (Quarry device = Quarry.builder().provider(own).open()) {
            MemoryPool pool = device.openPool(
                    device.device("sim"),
                    MemoryKind.DEVICE,
                    PoolOptions.withoutEnvironment().virtualMemory(used).build());
            List<Allocation> all = new ArrayList<>();
            while (true) {
                Optional<Allocation> next = pool.tryAllocate(all.size() % 2 == 0 ? 1500 << 10 : 1100 << 10);
                if (next.isEmpty()) {
                    break;
                }
                all.add(next.get());
            }
            for (int i = 0; i < all.size(); i += 2) {
                all.get(i).close();
            }
            assertHint(pool, 4 << 20, hint);
            for (int i = 1; i < all.size(); i += 2) {
                all.get(i).close();
            }
        }
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
