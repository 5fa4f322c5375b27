package dev.quarry.internal.device;

import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.util.List;

/** A plugin that {@code ServiceLoader} could not load, kept so that the reason is shown. */
record UnloadableProvider(String name, Throwable failure) implements DeviceProvider {
    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public Availability probe() {
        return new Availability.Missing(
                "cannot be loaded: " + failure,
                List.of(),
                "put versions of quarry-api and of the plugin on the path that belong together (quarry-bom)");
    }

    @Override
    public List<DeviceDriver> open() {
        throw new IllegalStateException("never available", failure);
    }
}
