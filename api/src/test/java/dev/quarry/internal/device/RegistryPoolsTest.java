package dev.quarry.internal.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.spi.DriverException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The pools of a registry, and the order in which all is closed. */
class RegistryPoolsTest {
    private static final PoolOptions OPTIONS = PoolOptions.withoutEnvironment().build();

    private final List<String> log = new ArrayList<>();
    private final FakeDriver one = new FakeDriver("fake:0", log, MemoryKind.DEVICE, MemoryKind.HOST);
    private final FakeDriver two = new FakeDriver("fake:1", log, MemoryKind.DEVICE);
    private final DeviceRegistry registry = registry(false);

    @Test
    void shouldShareOnePoolWhenDeviceAndKindAreSame() {
        Device device = registry.device("fake:0");
        MemoryPool pool = registry.sharedPool(device, MemoryKind.DEVICE);
        assertThat(registry.sharedPool(device, MemoryKind.of("device", false, true)))
                .isSameAs(pool);
        assertThat(registry.sharedPool(device, MemoryKind.HOST)).isNotSameAs(pool);
        assertThat(registry.sharedPool(registry.device("fake:1"), MemoryKind.DEVICE))
                .isNotSameAs(pool);
        assertThat(registry.openPool(device, MemoryKind.DEVICE, OPTIONS)).isNotSameAs(pool);
        assertThat(registry.sharedPool(device, MemoryKind.DEVICE)).isSameAs(pool);
    }

    @Test
    void shouldOpenSharedPoolAgainWhenUserClosedIt() {
        Device device = registry.device("fake:0");
        MemoryPool pool = registry.sharedPool(device, MemoryKind.DEVICE);
        pool.close();
        MemoryPool again = registry.sharedPool(device, MemoryKind.DEVICE);
        assertThat(again).isNotSameAs(pool);
        assertThat(again.isOpen()).isTrue();
    }

    @Test
    void shouldOpenOwnPoolEachTimeWhenAsked() {
        Device device = registry.device("fake:0");
        assertThat(registry.openPool(device, MemoryKind.DEVICE, OPTIONS))
                .isNotSameAs(registry.openPool(device, MemoryKind.DEVICE, OPTIONS));
    }

    @Test
    void shouldRefuseWhenDeviceIsAnotherRegistrys() {
        Device foreign = registry(false).device("fake:0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.openPool(foreign, MemoryKind.DEVICE, OPTIONS))
                .withMessageContaining("device fake:0 is not a device of this Quarry");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.sharedPool(foreign, MemoryKind.DEVICE))
                .withMessageContaining("device fake:0 is not a device of this Quarry");
    }

    @Test
    void shouldNameKindsWhenDeviceDoesNotOfferKind() {
        Device device = registry.device("fake:1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.openPool(device, MemoryKind.PINNED, OPTIONS))
                .withMessageContaining("no memory of kind pinned")
                .withMessageContaining("[device]");
        assertThatIllegalArgumentException().isThrownBy(() -> registry.sharedPool(device, MemoryKind.HOST));
    }

    @Test
    void shouldCloseStreamsThenPoolsLastFirstThenDevicesWhenClosed() {
        registry.device("fake:0").newStream();
        registry.device("fake:1").newStream();
        registry.sharedPool(registry.device("fake:0"), MemoryKind.DEVICE);
        registry.openPool(registry.device("fake:1"), MemoryKind.DEVICE, OPTIONS);
        registry.close();
        assertThat(log)
                .containsExactly(
                        "fake:0 destroyStream 1001",
                        "fake:1 destroyStream 1001",
                        "fake:1 pool closed",
                        "fake:0 pool closed",
                        "fake:0 close",
                        "fake:1 close");
    }

    @Test
    void shouldCloseOnceWhenUserClosedStreamsAndPoolsBefore() {
        registry.device("fake:0").newStream().close();
        registry.openPool(registry.device("fake:0"), MemoryKind.DEVICE, OPTIONS).close();
        registry.close();
        assertThat(log)
                .containsExactly("fake:0 destroyStream 1001", "fake:0 pool closed", "fake:0 close", "fake:1 close");
    }

    @Test
    void shouldGoOnAndThrowFirstFailureWhenClosingFails() {
        one.failing("destroyStream 1001").failing("close");
        registry.device("fake:0").newStream();
        registry.openPool(registry.device("fake:0"), MemoryKind.DEVICE, OPTIONS);
        assertThatExceptionOfType(DriverException.class)
                .isThrownBy(registry::close)
                .withMessageContaining("fake_destroyStream 1001")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .extracting(Throwable::getMessage)
                        .asString()
                        .contains("fake_close"));
        assertThat(log).endsWith("fake:0 pool closed", "fake:0 close", "fake:1 close");
    }

    @Test
    void shouldRefuseWhenClosedBefore() {
        Device device = registry.device("fake:0");
        registry.close();
        assertThatIllegalStateException()
                .isThrownBy(registry::close)
                .withMessageContaining("this Quarry was closed before");
        assertThatIllegalStateException().isThrownBy(() -> registry.openPool(device, MemoryKind.DEVICE, OPTIONS));
        assertThatIllegalStateException().isThrownBy(() -> registry.sharedPool(device, MemoryKind.DEVICE));
        assertThatIllegalStateException()
                .isThrownBy(device::newStream)
                .withMessageContaining("device fake:0 is closed");
        assertThatIllegalStateException().isThrownBy(() -> device.memory(MemoryKind.DEVICE));
        assertThat(log).as("closed once").containsOnlyOnce("fake:0 close");
    }

    @Test
    void shouldRefuseToCloseWhenPermanent() {
        DeviceRegistry permanent = registry(true);
        assertThatIllegalStateException()
                .isThrownBy(permanent::close)
                .withMessageContaining("shared instance is never closed");
        assertThat(log).isEmpty();
        assertThat(permanent
                        .sharedPool(permanent.device("fake"), MemoryKind.DEVICE)
                        .isOpen())
                .isTrue();
    }

    private DeviceRegistry registry(boolean permanent) {
        return new DeviceRegistry(List.of(FakeProvider.of("fake", one, two)), permanent, () -> 0, this::open);
    }

    /** Opens a pool that can do nothing but close. */
    private MemoryPool open(DriverDevice device, MemoryKind kind, PoolOptions options) {
        AtomicBoolean open = new AtomicBoolean(true);
        return (MemoryPool) Proxy.newProxyInstance(
                MemoryPool.class.getClassLoader(),
                new Class<?>[] {MemoryPool.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "isOpen" -> open.get();
                    case "close" -> {
                        assertThat(open.getAndSet(false)).as("open").isTrue();
                        log.add(device.id() + " pool closed");
                        yield null;
                    }
                    case "toString" -> "pool of " + device.id();
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
