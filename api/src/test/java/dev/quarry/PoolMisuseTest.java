package dev.quarry;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.internal.device.FakeDriver;
import dev.quarry.internal.device.FakeProvider;
import dev.quarry.internal.index.SizeClasses;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pools and allocations refuse, and that they stay as they were. */
class PoolMisuseTest {
    private static final PoolOptions OPTIONS =
            PoolOptions.withoutEnvironment().name("p").build();

    private final Quarry quarry = Quarry.builder()
            .provider(FakeProvider.of("fake", new FakeDriver("fake:0"), new FakeDriver("fake:1")))
            .open();
    private final Device device = quarry.device("fake:0");
    private final MemoryPool pool = quarry.openPool(device, MemoryKind.DEVICE, OPTIONS);
    private final Stream foreign = quarry.device("fake:1").newStream();

    @AfterEach
    void close() {
        quarry.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, SizeClasses.MAX_BYTES + 1, Long.MAX_VALUE})
    void shouldNameBytesWhenTheyCannotBeAllocated(long bytes) {
        for (Runnable attempt : List.<Runnable>of(
                () -> pool.allocate(bytes),
                () -> pool.allocate(bytes, device.defaultStream()),
                () -> pool.tryAllocate(bytes),
                () -> pool.allocateAll(100, bytes),
                () -> pool.warmUp(bytes, 1))) {
            assertThatIllegalArgumentException().isThrownBy(attempt::run).withMessageContaining("bytes = " + bytes);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> pool.acquire(bytes, Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pool.allocateAsync(bytes).join());
        assertThat(pool.statistics().allocations().totalAllocated()).isZero();
        assertThat(pool.statistics().outOfMemory()).isZero();
    }

    @Test
    void shouldRefuseWhenStreamIsForeignOrClosed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pool.allocate(100, foreign))
                .withMessageContaining("not a stream of device fake:0");
        Stream closed = device.newStream();
        closed.close();
        AllocationRequest request = AllocationRequest.of(100).on(closed);
        assertThatIllegalStateException().isThrownBy(() -> pool.allocate(100, closed));
        assertThatIllegalStateException().isThrownBy(() -> pool.allocate(request));
        assertThatIllegalStateException().isThrownBy(() -> pool.tryAllocate(request));
        assertThat(pool.statistics().reservedBytes().current()).isZero();
    }

    @Test
    void shouldRefuseEverythingThatTakesMemoryWhenPoolIsClosed() {
        pool.close();
        assertThat(pool.isOpen()).isFalse();
        for (Runnable attempt : List.<Runnable>of(
                () -> pool.allocate(100),
                () -> pool.allocate(100, device.newStream()),
                () -> pool.tryAllocate(100),
                () -> pool.allocateAll(100, 200),
                () -> pool.warmUp(100, 1),
                () -> pool.child("c", 0, 100),
                pool::trim,
                () -> pool.reconfigure(OPTIONS))) {
            assertThatIllegalStateException().isThrownBy(attempt::run).withMessageContaining("pool \"p\" is closed");
        }
        assertThatIllegalStateException().isThrownBy(pool::close).withMessageContaining("pool \"p\" was closed before");
    }

    @Test
    void shouldRefuseEverythingWhenAllocationIsClosed() {
        Allocation allocation = pool.allocate(100);
        Stream stream = device.newStream();
        Event event = stream.record();
        allocation.close();
        assertThat(allocation.isOpen()).isFalse();
        assertThat(allocation).hasToString("allocation of 100 bytes in pool \"p\", closed");
        for (Runnable attempt : List.<Runnable>of(
                allocation::close,
                () -> allocation.close(stream),
                () -> allocation.closeAfter(event),
                allocation::address,
                allocation::segment,
                () -> allocation.usedOn(stream),
                () -> stream.fill(allocation, 0, 1, (byte) 0))) {
            assertThatIllegalStateException()
                    .isThrownBy(attempt::run)
                    .withMessageContaining("allocation of 100 bytes in pool \"p\"")
                    .withMessageContaining("track-places");
        }
        assertThat(pool.statistics().allocations().totalFreed()).isEqualTo(1);
        event.close();
    }

    @Test
    void shouldNameBothPlacesWhenClosedTwiceAndTracked() {
        pool.reconfigure(OPTIONS.toBuilder().trackPlaces(true).build());
        Allocation allocation = pool.allocate(100);
        allocation.close();
        assertThatIllegalStateException()
                .isThrownBy(allocation::close)
                .withMessageMatching("(?s).*allocated at .*PoolMisuseTest.*closed at .*PoolMisuseTest.*");
    }

    @Test
    void shouldStayOpenWhenCloseNamesForeignStreamOrEvent() {
        Allocation allocation = pool.allocate(100);
        Event foreignEvent = foreign.record();
        Event closedEvent = device.defaultStream().record();
        closedEvent.close();
        assertThatIllegalArgumentException().isThrownBy(() -> allocation.close(foreign));
        assertThatIllegalArgumentException().isThrownBy(() -> allocation.closeAfter(foreignEvent));
        assertThatIllegalStateException().isThrownBy(() -> allocation.closeAfter(closedEvent));
        assertThatIllegalArgumentException().isThrownBy(() -> allocation.usedOn(foreign));
        assertThat(allocation.isOpen()).isTrue();
        assertThat(pool.statistics().allocations().current()).isEqualTo(1);
        allocation.close();
        foreignEvent.close();
    }

    @Test
    @SuppressWarnings("NullAway") // the misuse under test
    void shouldNameArgumentWhenItIsNull() {
        MemoryPool host = quarry.openPool(device, MemoryKind.HOST, OPTIONS);
        MemoryPool child = pool.child("c", 0, 100);
        AllocationRequest request = AllocationRequest.of(1);
        Map<ThrowingCallable, String> calls = Map.ofEntries(
                entry(() -> pool.acquire(1, null), "atMost"),
                entry(() -> pool.acquire((AllocationRequest) null, Duration.ZERO), "request"),
                entry(() -> pool.allocateAsync(request, null), "atMost"),
                entry(() -> pool.allocateAsync(null, Duration.ZERO), "request"),
                entry(() -> pool.child(null, 0, 1), "name"),
                entry(() -> child.child(null, 0, 1), "name"),
                entry(() -> host.arena(null), "viewSafety"),
                entry(() -> pool.trim(null), "idle"),
                entry(() -> child.trim(null), "idle"),
                entry(() -> pool.reconfigure(null), "options"),
                entry(() -> child.reconfigure(null), "options"),
                entry(() -> OPTIONS.toBuilder().maxStall(null), "maxStall"),
                entry(() -> OPTIONS.toBuilder().ladder(null), "ladder"),
                entry(() -> OPTIONS.toBuilder().set(null, "1"), "key"),
                entry(() -> OPTIONS.toBuilder().set("limit", null), "value"));
        calls.forEach((call, name) -> assertThatThrownBy(call)
                .isInstanceOf(NullPointerException.class)
                .hasMessage(name));
        assertThat(pool.statistics().allocations().totalAllocated()).isZero();
    }

    @Test
    void shouldSaySameWhenSizeIsRefusedInAnotherWay() {
        for (MemoryPool one : List.of(pool, pool.child("c", 0, 100))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> one.allocate(0))
                    .withMessage("bytes = 0 (expected: at least 1)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> one.tryAllocate(0))
                    .withMessage("bytes = 0 (expected: at least 1)");
        }
    }

    @Test
    void shouldRefuseAtOnceWhenWarmUpCanNeverBeHad() {
        for (int count : new int[] {2, 1 << 20}) {
            assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                    .isThrownBy(() -> pool.warmUp(1L << 40, count))
                    .satisfies(e -> assertThat(e.report().requestedBytes()).isEqualTo((long) count << 40));
        }
        assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                .isThrownBy(() -> pool.warmUp(SizeClasses.MAX_BYTES, Integer.MAX_VALUE))
                .satisfies(e -> assertThat(e.report().requestedBytes()).isEqualTo(Long.MAX_VALUE));
        MemoryPool child = pool.child("c", 0, 4096);
        assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                .isThrownBy(() -> child.warmUp(512, Integer.MAX_VALUE))
                .withMessageContaining("c");
        assertThat(child.statistics().outOfMemory()).isOne();
        child.warmUp(512, 8);
        assertThat(pool.statistics().outOfMemory()).isEqualTo(4);
        assertThat(pool.statistics().allocations().totalAllocated()).isEqualTo(8);
    }

    @Test
    void shouldRefuseWhenIdleTimeIsNegative() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pool.trim(Duration.ofSeconds(-1)))
                .withMessage("idle = PT-1S (expected: not negative)");
    }

    @Test
    void shouldRefuseWhenWarmUpCountIsNegative() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pool.warmUp(100, -1))
                .withMessageContaining("count = -1");
    }

    @ParameterizedTest
    @CsvSource({"-1, 10", "11, 10", "0, 0", "0, -1"})
    void shouldRefuseWhenChildsBoundsMakeNoSense(long reservation, long limit) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pool.child("c", reservation, limit))
                .withMessageContaining("reservation = " + reservation + ", limit = " + limit);
    }

    @Test
    void shouldStayOpenWhenChildIsClosedBeforeItsAllocations() {
        MemoryPool child = pool.child("c", 0, 4096);
        Allocation allocation = child.allocate(1000);
        assertThatIllegalStateException()
                .isThrownBy(child::close)
                .withMessageContaining("child pool \"c\" has 1 open allocations in blocks of 1024 bytes");
        assertThat(child.isOpen()).isTrue();
        allocation.close();
        child.close();
        assertThatIllegalStateException().isThrownBy(child::close).withMessageContaining("was closed before");
        assertThatIllegalStateException().isThrownBy(() -> child.allocate(1));
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> pool.child("d", 0, 1).reconfigure(OPTIONS))
                .withMessageContaining("child pool \"d\"");
    }

    @Test
    void shouldKeepOptionsWhenFixedOneWouldChange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        pool.reconfigure(OPTIONS.toBuilder().name("q").limit(1).build()))
                .withMessageContaining("name = q");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pool.reconfigure(OPTIONS.toBuilder()
                        .viewSafety(ViewSafety.SHARED)
                        .limit(1)
                        .build()))
                .withMessageContaining("viewSafety = SHARED");
        assertThat(pool.options()).isEqualTo(OPTIONS);
        pool.allocate(100).close();
    }

    @Test
    void shouldRefuseArenasWhenMemoryIsNotHostAccessible() {
        for (Runnable attempt :
                List.<Runnable>of(pool::arena, () -> pool.arena(ViewSafety.SHARED), pool::segmentAllocator)) {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(attempt::run)
                    .withMessageContaining("memory of kind device");
        }
    }

    @Test
    void shouldGiveEmptySegmentAtAddressWhenMemoryIsNotHostAccessible() {
        Allocation allocation = pool.allocate(100);
        assertThat(allocation.segment().address()).isEqualTo(allocation.address());
        assertThat(allocation.segment().byteSize()).isZero();
        allocation.close();
    }
}
