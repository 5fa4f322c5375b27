package dev.quarry.internal.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.quarry.Device;
import dev.quarry.ProviderStatus;
import dev.quarry.spi.Availability;
import dev.quarry.spi.Availability.Available;
import dev.quarry.spi.Availability.Missing;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What becomes of plugins, and how their devices are found. */
class DeviceRegistryTest {
    private static final Missing MISSING =
            new Missing("no libcuda.so.1", List.of("/usr/lib: none"), "install the driver");

    private final FakeProvider cpu = FakeProvider.of("cpu", new FakeDriver("cpu:0"));

    @Test
    void shouldHaveNoDevicesWhenThereAreNoPlugins() {
        DeviceRegistry registry = registry();
        assertThat(registry.devices()).isEmpty();
        assertThat(registry.providers()).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.device("cpu:0"))
                .withMessageContaining("no device \"cpu:0\" (there are: [])");
    }

    @Test
    void shouldOrderByNameOfPluginAndOrdinalWhenSeveralAreAvailable() {
        DeviceRegistry registry = registry(
                FakeProvider.of("sim", new FakeDriver("sim:0"), new FakeDriver("sim:1")),
                cpu,
                FakeProvider.of("cuda", new FakeDriver("cuda:0")));
        assertThat(registry.devices()).extracting(Device::id).containsExactly("cpu:0", "cuda:0", "sim:0", "sim:1");
        assertThat(registry.providers())
                .containsExactly(
                        new ProviderStatus("cpu", new Available("fake")),
                        new ProviderStatus("cuda", new Available("fake")),
                        new ProviderStatus("sim", new Available("fake")));
    }

    @Test
    void shouldFindDeviceWhenNamedByIdOrByPluginAlone() {
        DeviceRegistry registry =
                registry(cpu, FakeProvider.of("sim", new FakeDriver("sim:0"), new FakeDriver("sim:1")));
        assertThat(registry.device("sim:1").id()).isEqualTo("sim:1");
        assertThat(registry.device("sim")).isSameAs(registry.device("sim:0"));
        assertThat(registry.device("cpu")).isSameAs(registry.devices().getFirst());
    }

    @Test
    void shouldTellReasonAndRemedyWhenDeviceOfMissingPluginIsAskedFor() {
        DeviceRegistry registry = registry(cpu, FakeProvider.probing("cuda", () -> MISSING));
        for (String id : List.of("cuda", "cuda:0", "cuda:3")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> registry.device(id))
                    .withMessageContaining("no device \"" + id + "\"")
                    .withMessageContaining("[cpu:0]")
                    .withMessageContaining("cuda is missing: no libcuda.so.1; install the driver");
        }
        assertThat(registry.providers()).contains(new ProviderStatus("cuda", MISSING));
    }

    @Test
    void shouldTellNoReasonWhenPluginIsUnknownOrOrdinalTooHigh() {
        DeviceRegistry registry = registry(cpu, FakeProvider.probing("cuda", () -> MISSING));
        for (String id : List.of("rocm", "cpu:1", "", ":0", "cuda2:0")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> registry.device(id))
                    .withMessageContaining("no device \"" + id + "\"")
                    .withMessageNotContaining("missing");
        }
    }

    @Test
    void shouldListAsMissingWhenProbeThrows() {
        assertMissing(
                () -> {
                    throw new IllegalStateException("probe broke");
                },
                "probing failed: java.lang.IllegalStateException: probe broke");
        assertMissing(
                () -> {
                    throw new NoClassDefFoundError("com/nvidia/X");
                },
                "probing failed: java.lang.NoClassDefFoundError: com/nvidia/X");
        assertMissing(
                () -> {
                    throw new ExceptionInInitializerError("static");
                },
                "probing failed: java.lang.ExceptionInInitializerError");
    }

    private void assertMissing(Supplier<Availability> probe, String reason) {
        assertMissing(FakeProvider.probing("bad", probe), reason);
    }

    private void assertMissing(DeviceProvider bad, String reason) {
        DeviceRegistry registry = registry(bad, cpu);
        assertThat(registry.devices())
                .as("other plugins")
                .extracting(Device::id)
                .contains("cpu:0");
        assertThat(registry.providers())
                .filteredOn(status -> status.name().equals("bad"))
                .singleElement()
                .extracting(ProviderStatus::availability, type(Missing.class))
                .satisfies(missing -> {
                    assertThat(missing.reason()).contains(reason);
                    assertThat(missing.remedy()).isNotBlank();
                });
    }

    @Test
    void shouldListAsMissingWhenOpeningThrows() {
        assertMissing(
                new FakeProvider("bad", 1, () -> new Available("seems fine"), () -> {
                    throw new IllegalStateException("no context");
                }),
                "opening failed: java.lang.IllegalStateException: no context");
        assertMissing(
                new FakeProvider("bad", 1, () -> new Available("seems fine"), () -> {
                    throw new UnsatisfiedLinkError("cuMemCreate");
                }),
                "opening failed: java.lang.UnsatisfiedLinkError: cuMemCreate");
    }

    @Test
    void shouldNotProbeWhenPluginIsOfAnotherSpiVersion() {
        FakeProvider newer = new FakeProvider(
                "bad",
                DeviceProvider.SPI_VERSION + 1,
                () -> {
                    throw new AssertionError("probed");
                },
                List::of);
        assertMissing(newer, "written for SPI version 2, this is 1");
    }

    @Test
    void shouldListAsMissingWhenPluginCannotBeLoaded() {
        LinkageError failure = new NoClassDefFoundError("dev/quarry/spi/Gone");
        assertMissing(new UnloadableProvider("bad", failure), "cannot be loaded: " + failure);
        assertThatIllegalStateException()
                .isThrownBy(() -> new UnloadableProvider("bad", failure).open())
                .withCause(failure);
    }

    @Test
    void shouldListAsMissingWhenNameCannotBeTold() {
        DeviceProvider nameless = new DeviceProvider() {
            @Override
            public String name() {
                throw new IllegalStateException("no name");
            }

            @Override
            public int spiVersion() {
                return SPI_VERSION;
            }

            @Override
            public Availability probe() {
                return new Available("fine");
            }

            @Override
            public List<DeviceDriver> open() {
                return List.of();
            }
        };
        DeviceRegistry registry = registry(nameless, cpu);
        assertThat(registry.devices()).extracting(Device::id).containsExactly("cpu:0");
        assertThat(registry.providers())
                .extracting(ProviderStatus::name)
                .containsExactly("cpu", nameless.getClass().getName());
        assertThat(registry.providers().getLast().availability())
                .asInstanceOf(type(Missing.class))
                .extracting(Missing::reason)
                .asString()
                .contains("no name");
    }

    @Test
    void shouldListAsMissingAndCloseDriversWhenDeviceIdIsTaken() {
        FakeDriver twin = new FakeDriver("cpu:0");
        FakeDriver sibling = new FakeDriver("cpu:7");
        DeviceRegistry registry = registry(FakeProvider.of("later", sibling, twin), cpu);
        assertThat(registry.devices()).extracting(Device::id).containsExactly("cpu:0");
        assertThat(registry.providers().getLast().availability())
                .asInstanceOf(type(Missing.class))
                .extracting(Missing::reason)
                .asString()
                .contains("\"cpu:0\" is taken");
        assertThat(sibling.log()).containsExactly("cpu:7 close");
        assertThat(twin.log()).containsExactly("cpu:0 close");
    }

    @Test
    void shouldListAsMissingWhenPluginRepeatsItsOwnId() {
        assertMissing(FakeProvider.of("bad", new FakeDriver("bad:0"), new FakeDriver("bad:0")), "\"bad:0\" is taken");
    }

    @Test
    void shouldListSecondAsMissingWhenNameOfPluginRepeats() {
        DeviceRegistry registry = registry(cpu, FakeProvider.probing("cpu", () -> MISSING));
        assertThat(registry.devices()).extracting(Device::id).containsExactly("cpu:0");
        assertThat(registry.providers()).hasSize(2).contains(new ProviderStatus("cpu", new Available("fake")));
        assertThat(registry.providers())
                .filteredOn(status -> status.availability() instanceof Missing)
                .singleElement()
                .extracting(ProviderStatus::name)
                .isEqualTo("cpu");
    }

    @Test
    void shouldCloseDriversAndOfferNoneWhenOpeningBreaksOff() {
        FakeDriver first = new FakeDriver("bad:0");
        FakeDriver second = new FakeDriver("bad:1").failing("defaultStream");
        FakeDriver third = new FakeDriver("bad:2");
        DeviceRegistry registry = registry(FakeProvider.of("bad", first, second, third), cpu);
        assertThat(registry.devices()).extracting(Device::id).containsExactly("cpu:0");
        for (FakeDriver driver : List.of(first, second, third)) {
            assertThat(driver.log()).containsExactly(driver.info().id() + " close");
        }
    }

    @Test
    void shouldGiveListsThatDoNotChangeWhenAsked() {
        DeviceRegistry registry = registry(cpu);
        assertThat(registry.devices()).isUnmodifiable();
        assertThat(registry.providers()).isUnmodifiable();
    }

    private static DeviceRegistry registry(DeviceProvider... providers) {
        return new DeviceRegistry(List.of(providers), false, () -> 0, (device, kind, options) -> {
            throw new AssertionError("no pool is asked for");
        });
    }
}
