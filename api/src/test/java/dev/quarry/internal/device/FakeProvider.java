package dev.quarry.internal.device;

import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.util.List;
import java.util.function.Supplier;

/**
 * A plugin that does as told.
 *
 * @param name its name
 * @param spiVersion the version it claims
 * @param probing what its probe does
 * @param opening what its opening does
 */
public record FakeProvider(
        String name, int spiVersion, Supplier<Availability> probing, Supplier<List<DeviceDriver>> opening)
        implements DeviceProvider {

    /** Makes an available plugin with devices. */
    public static FakeProvider of(String name, DeviceDriver... drivers) {
        return new FakeProvider(name, SPI_VERSION, () -> new Availability.Available("fake"), () -> List.of(drivers));
    }

    /** Makes a plugin whose probe does as told, and that must not be opened. */
    public static FakeProvider probing(String name, Supplier<Availability> probing) {
        return new FakeProvider(name, SPI_VERSION, probing, () -> {
            throw new AssertionError("opened although not available");
        });
    }

    @Override
    public Availability probe() {
        return probing.get();
    }

    @Override
    public List<DeviceDriver> open() {
        return opening.get();
    }
}
