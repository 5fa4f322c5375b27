package dev.quarry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.quarry.internal.device.FakeDriver;
import dev.quarry.internal.device.FakeProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuarryTest {
    private static final PoolOptions OPTIONS = PoolOptions.withoutEnvironment().build();

    private final List<String> log = new ArrayList<>();
    private final FakeDriver driver = new FakeDriver("fake:0", log, MemoryKind.DEVICE, MemoryKind.HOST);
    private final Quarry quarry =
            Quarry.builder().provider(FakeProvider.of("fake", driver)).open();
    private boolean closed;

    @AfterEach
    void close() {
        if (!closed) {
            quarry.close();
        }
    }

    @Test
    void shouldAskNamedProvidersOnlyWhenSomeAreNamed() {
        assertThat(quarry.providers()).extracting(ProviderStatus::name).containsExactly("fake");
        assertThat(quarry.devices()).extracting(Device::id).containsExactly("fake:0");
    }

    @Test
    void shouldOpenWithoutDevicesWhenNoPluginIsFound() {
        try (Quarry empty = Quarry.open()) {
            assertThat(empty.devices()).isEmpty();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> empty.device("cpu"))
                    .withMessageContaining("no device \"cpu\"");
        }
    }

    @Test
    void shouldGiveSameInstanceAndRefuseToCloseWhenShared() {
        Quarry shared = Quarry.shared();
        assertThat(Quarry.shared()).isSameAs(shared);
        assertThatIllegalStateException().isThrownBy(shared::close).withMessageContaining("never closed");
        assertThat(shared.devices()).isEmpty();
    }

    @Test
    void shouldUseDefaultKindWhenPoolNamesNone() {
        Device device = quarry.device("fake");
        assertThat(quarry.pool(device)).isSameAs(quarry.pool(device, MemoryKind.DEVICE));
        assertThat(quarry.pool(device).kind()).isEqualTo(MemoryKind.DEVICE);
    }

    @Test
    @SuppressWarnings("NullAway") // the misuse under test
    void shouldNameArgumentWhenItIsNull() {
        Device device = quarry.device("fake");
        assertThatNullPointerException().isThrownBy(() -> quarry.device(null)).withMessage("id");
        assertThatNullPointerException()
                .isThrownBy(() -> quarry.openPool(device, MemoryKind.HOST, null))
                .withMessage("options");
        assertThatNullPointerException()
                .isThrownBy(() -> Quarry.builder().provider(null))
                .withMessage("provider");
    }

    @Test
    void shouldRefuseWhenDeviceIsOfAnotherQuarry() {
        try (Quarry other = Quarry.builder()
                .provider(FakeProvider.of("fake", new FakeDriver("fake:0")))
                .open()) {
            Device foreign = other.device("fake:0");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> quarry.openPool(foreign, MemoryKind.DEVICE, OPTIONS))
                    .withMessageContaining("not a device of this Quarry");
            assertThatIllegalArgumentException().isThrownBy(() -> quarry.pool(foreign));
        }
    }

    @Test
    void shouldRefuseWhenKindIsNotOffered() {
        Device device = quarry.device("fake");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> quarry.openPool(device, MemoryKind.MANAGED, OPTIONS))
                .withMessageContaining("managed")
                .withMessageContaining("[device, host]");
        assertThatIllegalArgumentException().isThrownBy(() -> device.memory(MemoryKind.MANAGED));
    }

    @Test
    void shouldRefuseEverythingThatOpensWhenClosed() {
        Device device = quarry.device("fake");
        quarry.close();
        closed = true;
        assertThatIllegalStateException()
                .isThrownBy(quarry::close)
                .withMessageContaining("this Quarry was closed before");
        assertThatIllegalStateException().isThrownBy(() -> quarry.pool(device));
        assertThatIllegalStateException().isThrownBy(() -> quarry.openPool(device, MemoryKind.HOST, OPTIONS));
        assertThatIllegalStateException().isThrownBy(device::newStream);
    }

    @Test
    void shouldGiveBackStreamsThenMemoryThenDeviceWhenClosed() {
        Device device = quarry.device("fake");
        Stream stream = device.newStream();
        quarry.pool(device).allocate(1000, stream).close();
        quarry.openPool(device, MemoryKind.HOST, OPTIONS).allocate(1 << 20).close();
        log.clear();
        quarry.close();
        closed = true;
        assertThat(log.stream().filter(line -> line.matches(".* (destroyStream .*|free|close)")))
                .containsExactly(
                        "fake:0 destroyStream " + stream.handle(), "fake:0 free", "fake:0 free", "fake:0 close");
        assertThat(driver.memory(MemoryKind.DEVICE).freeBytes())
                .isEqualTo(driver.memory(MemoryKind.DEVICE).totalBytes());
    }

    @Test
    void shouldTrimNothingWhenIdleTimeIsEndless() {
        MemoryPool pool = quarry.pool(quarry.device("fake"));
        pool.allocate(1000).close();
        assertThat(pool.trim(Duration.ofSeconds(Long.MAX_VALUE))).isZero();
        assertThat(pool.trim()).isPositive();
    }

    @Test
    void shouldTrimByItsOwnClockWhenTimeSourceIsNamed() {
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
        try (Quarry timed = Quarry.builder()
                .provider(FakeProvider.of("fake", new FakeDriver("fake:0")))
                .timeSource(now::get)
                .open()) {
            MemoryPool pool = timed.pool(timed.device("fake"));
            pool.allocate(ByteSize.mib(1)).close();
            now.addAndGet(1000);
            assertThat(pool.trim(Duration.ofNanos(1001))).isZero();
            assertThat(pool.trim(Duration.ofNanos(1000))).isEqualTo(ByteSize.mib(2));
        }
    }

    @Test
    void shouldReportWhenStallMayBeEndless() {
        MemoryPool pool = quarry.openPool(
                quarry.device("fake"),
                MemoryKind.DEVICE,
                OPTIONS.toBuilder()
                        .limit(ByteSize.mib(8))
                        .maxStall(Duration.ofSeconds(Long.MAX_VALUE))
                        .build());
        assertThatExceptionOfType(DeviceOutOfMemoryException.class).isThrownBy(() -> pool.allocate(ByteSize.mib(9)));
    }

    @Test
    void shouldGiveDeviceBackWithLastAllocationWhenClosedBefore() {
        Stream stream = quarry.device("fake").newStream();
        Allocation first = quarry.openPool(
                        quarry.device("fake"),
                        MemoryKind.DEVICE,
                        OPTIONS.toBuilder().clearOnFree(true).build())
                .allocate(1000, stream);
        Allocation last = quarry.pool(quarry.device("fake")).allocate(1000, stream);
        quarry.close();
        closed = true;
        assertThat(log).doesNotContain("fake:0 free", "fake:0 close");
        first.close();
        assertThat(log).containsOnlyOnce("fake:0 free").doesNotContain("fake:0 close");
        last.close();
        assertThat(log.stream().filter("fake:0 free"::equals)).hasSize(2);
        assertThat(log).endsWith("fake:0 close").containsOnlyOnce("fake:0 close");
    }

    @Test
    void shouldCountOutOfMemoryAndGoOnWhenRequestIsTooLarge() {
        MemoryPool pool = quarry.openPool(
                quarry.device("fake"),
                MemoryKind.DEVICE,
                OPTIONS.toBuilder().limit(ByteSize.mib(8)).build());
        assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                .isThrownBy(() -> pool.allocate(ByteSize.mib(9)))
                .satisfies(e -> assertThat(e.report().limitBytes()).isEqualTo(ByteSize.mib(8)));
        assertThat(pool.statistics().outOfMemory()).isEqualTo(1);
        assertThat(pool.tryAllocate(ByteSize.mib(9))).isEmpty();
        pool.allocate(ByteSize.mib(8)).close();
    }
}
