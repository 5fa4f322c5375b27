package dev.quarry.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimProviderTest {
    @AfterEach
    void clearProperties() {
        System.clearProperty("quarry.sim.total");
        System.clearProperty("quarry.sim.schedule");
        System.clearProperty("quarry.sim.virtual-memory");
    }

    @Test
    void shouldBeProvidedWhenModuleIsPresent() throws IOException {
        assertThat(SimProvider.class.getModule().getDescriptor().provides())
                .extracting(ModuleDescriptor.Provides::service, ModuleDescriptor.Provides::providers)
                .containsExactly(tuple(DeviceProvider.class.getName(), List.of(SimProvider.class.getName())));
        try (InputStream services = Objects.requireNonNull(
                SimProvider.class.getResourceAsStream("/META-INF/services/" + DeviceProvider.class.getName()))) {
            assertThat(services).hasContent(SimProvider.class.getName());
        }
    }

    @Test
    void shouldOpenOneDeviceOf80GibWhenNothingIsSet() {
        SimProvider provider = new SimProvider();
        assertThat(provider.name()).isEqualTo("sim");
        assertThat(provider.spiVersion()).isEqualTo(DeviceProvider.SPI_VERSION);
        assertThat(provider.probe())
                .isEqualTo(new Availability.Available("1 simulated device(s) of 80.00 GiB, work completes immediate"));
        assertThat(provider.open()).containsExactly(provider.driver(0));
        SimDriver driver = provider.driver(0);
        assertThat(driver.info().id()).isEqualTo("sim:0");
        assertThat(driver.granule()).isEqualTo(512);
        assertThat(driver.kinds()).containsExactly(MemoryKind.DEVICE, MemoryKind.PINNED, MemoryKind.MANAGED);
        assertThat(driver.memory(MemoryKind.DEVICE)).isEqualTo(new MemoryInfo(80L << 30, 80L << 30));
    }

    @Test
    void shouldFollowSystemPropertiesWhenTheyAreSet() {
        System.setProperty("quarry.sim.total", "2GiB");
        System.setProperty("quarry.sim.schedule", "lazy");
        assertThat(SimOptions.fromSystemProperties())
                .isEqualTo(SimOptions.builder()
                        .totalBytes(2L << 30)
                        .schedule(SimSchedule.LAZY)
                        .build());
        System.setProperty("quarry.sim.virtual-memory", "true");
        SimProvider provider = new SimProvider();
        assertThat(provider.open().getFirst().virtualMemory()).isPresent();
        assertThat(provider.driver(0).info().properties()).containsEntry("virtual memory", "pages of 2.00 MiB");
    }

    @Test
    void shouldBeMissingWithReasonWhenPropertyIsBad() {
        System.setProperty("quarry.sim.total", "much");
        assertThat(new SimProvider().probe())
                .isInstanceOfSatisfying(
                        Availability.Missing.class,
                        missing -> assertThat(missing.reason()).contains("quarry.sim.total", "much"));
        System.setProperty("quarry.sim.total", "1k");
        System.setProperty("quarry.sim.schedule", "sometimes");
        assertThat(new SimProvider().probe())
                .isInstanceOfSatisfying(
                        Availability.Missing.class,
                        missing -> assertThat(missing.reason()).contains("quarry.sim.schedule = sometimes"));
        System.clearProperty("quarry.sim.schedule");
        System.setProperty("quarry.sim.virtual-memory", "yes");
        assertThat(new SimProvider().probe())
                .isInstanceOfSatisfying(
                        Availability.Missing.class,
                        missing -> assertThat(missing.reason()).contains("quarry.sim.virtual-memory = yes"));
    }

    @Test
    void shouldOpenSeveralDevicesWithAddressesApartWhenAsked() {
        SimProvider provider =
                new SimProvider(SimOptions.builder().devices(3).granule(4096).build());
        assertThat(provider.open()).extracting(driver -> driver.info().id()).containsExactly("sim:0", "sim:1", "sim:2");
        assertThat(provider.open()).extracting(DeviceDriver::granule).containsOnly(4096L);
    }

    @Test
    void shouldRefuseWhenOptionIsOutOfRange() {
        SimOptions.Builder builder = SimOptions.builder();
        assertThatIllegalArgumentException().isThrownBy(() -> builder.devices(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.devices(65));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.totalBytes(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.granule(768));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.pageBytes(5000));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.pageBytes(2048));
        assertThatIllegalArgumentException().isThrownBy(() -> new SimDriver(SimOptions.defaults(), -1));
    }
}
