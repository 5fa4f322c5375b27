package dev.quarry.internal.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.ConfigurationException;
import dev.quarry.MemoryKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceLimitsTest {
    @Test
    void shouldLimitEachDeviceWhenNoneIsNamed() {
        DeviceLimits limits = DeviceLimits.parse("8GiB", "here");
        assertThat(limits.of("cuda:0")).isEqualTo(8L << 30);
        assertThat(limits.of("cuda:0", "pinned")).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldLimitDevicesAndKindsWhenTheyAreNamed() {
        DeviceLimits limits = DeviceLimits.parse("1GiB, cuda:0=8GiB,cuda:0/pinned = 2MiB", "here");
        assertThat(limits.of("cuda:0")).isEqualTo(8L << 30);
        assertThat(limits.of("cuda:1")).isEqualTo(1L << 30);
        assertThat(limits.of("cuda:0", "pinned")).isEqualTo(2L << 20);
        assertThat(limits.of("cuda:0", "device")).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldPreferPropertyWhenBothAreSet() {
        Properties properties = new Properties();
        Map<String, String> environment = Map.of(DeviceLimits.VARIABLE, "2MiB");
        assertThat(DeviceLimits.from(environment, properties).of("cpu:0")).isEqualTo(2 << 20);
        properties.setProperty(DeviceLimits.PROPERTY, "1MiB");
        assertThat(DeviceLimits.from(environment, properties).of("cpu:0")).isEqualTo(1 << 20);
        assertThat(DeviceLimits.from(Map.of(), new Properties()).of("cpu:0")).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "-1",
                "much",
                "cuda=1GiB",
                "cuda:0=",
                "=1GiB",
                "1GiB,2GiB",
                "cuda:0=1,cuda:0=2",
                "cuda:0/=1",
                "1GiB,"
            })
    void shouldNameEntryAndPlaceWhenBad(String text) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> DeviceLimits.parse(text, "system property x"))
                .withMessageContaining("system property x: bad entry");
    }

    @Test
    void shouldNameSettingWhenItIsUnknown() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> DeviceLimits.from(Map.of("QUARRY_DEVICE_LIMITS", "1GiB"), new Properties()))
                .withMessage("environment variable QUARRY_DEVICE_LIMITS: unknown setting (known: QUARRY_DEVICE_LIMIT)");
        Properties properties = new Properties();
        properties.setProperty("quarry.device.limit", "1GiB");
        properties.setProperty("quarry.device.limit.cpu", "1GiB");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> DeviceLimits.from(Map.of(), properties))
                .withMessage("system property quarry.device.limit.cpu: unknown setting (known: quarry.device.limit)");
        assertThat(DeviceLimits.from(Map.of("QUARRY_DEVICES", "2"), new Properties()))
                .isEqualTo(DeviceLimits.NONE);
    }

    @Test
    void shouldRefuseToOpenWhenKindIsLimitedThatDeviceDoesNotOffer() {
        List<String> log = new ArrayList<>();
        FakeDriver first = new FakeDriver("fake:0", log, MemoryKind.DEVICE, MemoryKind.HOST);
        FakeDriver second = new FakeDriver("fake:1", log, MemoryKind.HOST);
        DeviceLimits limits = DeviceLimits.parse("fake:0/device=1GiB,fake:1/device=1GiB", "system property x");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> registry(limits, first, second))
                .withMessage("system property x: device fake:1 has no memory of the kind in \"fake:1/device\" (it has:"
                        + " host)");
        assertThat(log).contains("fake:0 close", "fake:1 close");
    }

    @Test
    void shouldOpenWhenDeviceIsLimitedThatIsNotThere() {
        DeviceLimits limits = DeviceLimits.parse("fake:0/device=1GiB,cuda:0/managed=1GiB,fake:7=1GiB", "here");
        DeviceRegistry registry = registry(limits, new FakeDriver("fake:0"));
        assertThat(registry.device("fake:0").usage(MemoryKind.DEVICE).limitBytes())
                .isEqualTo(1L << 30);
        registry.close();
    }

    private static DeviceRegistry registry(DeviceLimits limits, FakeDriver... drivers) {
        return new DeviceRegistry(
                List.of(FakeProvider.of("fake", drivers)),
                false,
                () -> 0,
                (device, kind, options) -> {
                    throw new AssertionError("no pool is opened");
                },
                limits);
    }

    @Test
    void shouldShareAccountsWhenDriversAreOfOneDevice() {
        FakeDriver driver = new FakeDriver("fake:0");
        DeviceLimits limits = DeviceLimits.parse("fake:0=1000,fake:0/host=600", "here");
        DeviceShare one = new DeviceShare(driver, limits);
        DeviceShare two = new DeviceShare(driver, DeviceLimits.NONE);
        assertThat(one.account(MemoryKind.DEVICE).charge(700)).isTrue();
        assertThat(two.account(MemoryKind.DEVICE).charge(301)).isFalse();
        assertThat(two.account(MemoryKind.HOST).charge(300)).isTrue();
        assertThat(two.usage(null).reservedBytes()).isEqualTo(1000);
        assertThat(two.usage(MemoryKind.DEVICE).reservedBytes()).isEqualTo(700);
        one.close();
        assertThat(two.usage(null).reservedBytes())
                .as("the other's is given back")
                .isEqualTo(300);
        assertThat(two.account(MemoryKind.HOST).charge(301)).isFalse();
        two.close();
        DeviceShare later = new DeviceShare(driver, DeviceLimits.NONE);
        assertThat(later.usage(null).reservedBytes()).isZero();
        assertThat(later.usage(null).limitBytes()).isEqualTo(Long.MAX_VALUE);
        later.close();
    }
}
