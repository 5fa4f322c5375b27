package dev.quarry.tools.replay;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import dev.quarry.tools.io.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the words {@code --device}, {@code --kind}, {@code --total}, {@code --no-vmm} and {@code --events} mean. */
final class DeviceChoice {
    private DeviceChoice() {}

    /** Makes the simulated device's provider. */
    static SimProvider simulated(ReplaySettings settings) {
        try {
            return new SimProvider(SimOptions.builder()
                    .totalBytes(settings.totalBytes())
                    .schedule(settings.events().schedule())
                    .virtualMemory(settings.virtualMemory())
                    .build());
        } catch (IllegalArgumentException e) {
            throw new UsageException("--total: " + e.getMessage(), e);
        }
    }

    /** Returns the kind of memory with a name, or the usual one for no name. */
    static MemoryKind kind(@Nullable String name, Set<MemoryKind> kinds, MemoryKind usual) {
        if (name == null) {
            return usual;
        }
        return kinds.stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageException(
                        "--kind: the device has no memory of kind \"" + name + "\" (it has: " + kinds + ")"));
    }

    /** Opens a driver of a plugin without a registry; all others of that plugin are closed again. */
    static DeviceDriver openDriver(String device) {
        int colon = device.indexOf(':');
        String plugin = colon < 0 ? device : device.substring(0, colon);
        String id = colon < 0 ? device + ":0" : device;
        DeviceProvider provider = provider(plugin);
        if (provider.probe() instanceof Availability.Missing missing) {
            throw new UsageException("plugin " + plugin + ": " + missing.reason() + "; " + missing.remedy());
        }
        return pick(provider.open(), id);
    }

    /** Returns the driver with an id, and closes all others. */
    static DeviceDriver pick(List<DeviceDriver> drivers, String id) {
        DeviceDriver found = null;
        List<String> ids = new ArrayList<>();
        for (DeviceDriver driver : drivers) {
            ids.add(driver.info().id());
            if (found == null && driver.info().id().equals(id)) {
                found = driver;
            } else {
                driver.close();
            }
        }
        if (found == null) {
            throw new UsageException("no device \"" + id + "\" (there are: " + ids + ")");
        }
        return found;
    }

    private static DeviceProvider provider(String name) {
        List<String> names = new ArrayList<>();
        try {
            for (DeviceProvider provider : ServiceLoader.load(DeviceProvider.class)) {
                names.add(provider.name());
                if (provider.name().equals(name) && provider.spiVersion() == DeviceProvider.SPI_VERSION) {
                    return provider;
                }
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new UsageException("a device plugin cannot be loaded: " + e.getMessage(), e);
        }
        throw new UsageException("no plugin \"" + name + "\" (there are: " + names + ")");
    }
}
