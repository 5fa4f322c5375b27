package dev.quarry.internal.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.ConfigurationException;
import dev.quarry.MemoryKind;
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
