package dev.quarry.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.AllocationRequest;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.internal.device.FakeDriver;
import dev.quarry.internal.device.FakeProvider;
import dev.quarry.spi.DriverException;
import java.util.List;
import jdk.jfr.Recording;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Allocations that fail between the moment their block is taken and the moment their user gets them. */
class FailedAllocationTest {
    private final FakeDriver driver = new FakeDriver("fake:0");
    private final Quarry quarry =
            Quarry.builder().provider(FakeProvider.of("fake", driver)).open();
    private final Device device = quarry.device("fake:0");
    private final MemoryPool pool = quarry.openPool(
            device,
            MemoryKind.DEVICE,
            PoolOptions.withoutEnvironment().trackPlaces(true).build());

    @Test
    void shouldLoseNoBlockWhenTellingOfAllocationFails() {
        Stream own = device.newStream();
        Stream borrowed = device.borrowStream(77);
        MemoryPool child = pool.child("child", 0, 1 << 20);
        pool.warmUp(100_000, 4);
        List<ThrowingCallable> ways = List.of(
                () -> pool.allocate(100, own),
                () -> pool.allocate(100_000, own),
                () -> pool.allocate(100, borrowed),
                () -> pool.allocate(AllocationRequest.of(100).on(own).tagged("x")),
                () -> pool.allocate(AllocationRequest.of(100).on(own).shareable()),
                () -> pool.tryAllocate(AllocationRequest.of(100).on(borrowed).zeroed()),
                () -> pool.allocateAll(own, 100, 5000, 300),
                () -> child.allocate(100, own),
                () -> child.allocateAll(own, 100, 200));
        try (Recording recording = new Recording()) {
            recording.enable("dev.quarry.Allocation");
            recording.start();
            for (ThrowingCallable way : ways) {
                driver.failing("info"); // the event names the stream, and so the device
                assertThatThrownBy(way).isInstanceOf(DriverException.class);
                driver.working("info");
                assertThat(pool.statistics().allocations().current()).isZero();
                assertThat(pool.statistics().requestedBytes().current()).isZero();
            }
        }
        assertThat(child.statistics().allocatedBytes().current()).isZero();
        child.close();
        borrowed.close();
        pool.close();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
        quarry.close();
    }
}
