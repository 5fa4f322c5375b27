package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.spi.DriverException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reservations that are asked for while a request is under way. */
class PoolReservationTest {
    private static final long LIMIT = 8 << 20;

    private static PoolOptions.Builder options() {
        return PoolOptions.withoutEnvironment().limit(LIMIT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBeRefusedWhenRequestUnderWayGetsTheMemory(boolean virtualMemory) {
        SimProvider provider = new SimProvider(
                SimOptions.builder().virtualMemory(virtualMemory).build());
        try (Quarry quarry = Quarry.builder().provider(provider).open();
                MemoryPool pool = quarry.openPool(
                        quarry.device("sim"), MemoryKind.DEVICE, options().build())) {
            List<Throwable> refusals = new ArrayList<>();
            provider.driver(0).faults().onCall(virtualMemory ? SimFunction.CREATE : SimFunction.ALLOCATE, () -> {
                if (refusals.isEmpty()) {
                    refusals.add(onThread(() -> pool.child("all", LIMIT, LIMIT)));
                }
            });
            Allocation half = pool.allocate(LIMIT / 2);
            assertThat(refusals).singleElement().isInstanceOf(DeviceOutOfMemoryException.class);
            MemoryPool rest = pool.child("rest", LIMIT / 2, LIMIT / 2);
            assertThat(pool.tryAllocate(1)).isEmpty();
            rest.allocate(LIMIT / 2).close();
            rest.close();
            half.close();
        }
    }

    @Test
    void shouldBeRefusedWhenChildsRequestUnderWayHasNoMemory() {
        List<MemoryPool> child = new ArrayList<>();
        List<Throwable> refusals = new ArrayList<>();
        PoolOptions options = options()
                .outOfMemoryHandler(report -> {
                    if (refusals.isEmpty()) {
                        refusals.add(onThread(() -> child.getFirst().resize(LIMIT, LIMIT)));
                    }
                    return false;
                })
                .build();
        try (Quarry quarry = Quarry.builder().provider(new SimProvider()).open();
                MemoryPool pool = quarry.openPool(quarry.device("sim"), MemoryKind.DEVICE, options)) {
            child.add(pool.child("child", 0, LIMIT));
            Allocation all = pool.allocate(LIMIT);
            assertThatThrownBy(() -> child.getFirst().allocate(LIMIT)).isInstanceOf(DeviceOutOfMemoryException.class);
            assertThat(refusals).singleElement().isInstanceOf(DeviceOutOfMemoryException.class);
            all.close();
            child.getFirst().resize(LIMIT, LIMIT);
            assertThat(pool.tryAllocate(1)).isEmpty();
            child.getFirst().allocate(LIMIT).close();
            child.getFirst().close();
        }
    }

    @Test
    void shouldKeepReservationWhenChildsRequestFailsAfterItHasMemory() {
        SimProvider provider = new SimProvider();
        try (Quarry quarry = Quarry.builder().provider(provider).open();
                MemoryPool pool = quarry.openPool(
                        quarry.device("sim"), MemoryKind.DEVICE, options().build())) {
            MemoryPool child = pool.child("child", LIMIT, LIMIT);
            provider.driver(0).faults().failOnce(SimFunction.FILL, 1, SimFailure.ERROR);
            assertThatThrownBy(() -> child.allocate(AllocationRequest.of(LIMIT).zeroed()))
                    .isInstanceOf(DriverException.class);
            assertThat(pool.tryAllocate(1)).isEmpty();
            child.allocate(LIMIT).close();
            child.close();
            pool.allocate(LIMIT).close();
        }
    }

    /** Runs something on another thread, and returns what it threw. */
    private static Throwable onThread(Runnable work) {
        List<Throwable> thrown = new ArrayList<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                thrown.add(e);
            }
        });
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts", e);
        }
        return thrown.isEmpty() ? new AssertionError("nothing was thrown") : thrown.getFirst();
    }
}
