package dev.quarry.cpu;

import dev.quarry.cpu.internal.HostAccess;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.util.List;

/**
 * The host as a device: the plugin {@code cpu} with its one device {@code cpu:0}.
 *
 * <p>Offers ordinary and, on Linux, page-locked memory, and streams whose copies and fills run on the host's own
 * threads. Each opening is independent of all others: it has memory, streams and handles of its own.
 */
public final class CpuProvider implements DeviceProvider {
    /** Does nothing. */
    public CpuProvider() {}

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public int spiVersion() {
        return 1;
    }

    @Override
    public Availability probe() {
        return HostAccess.probe();
    }

    /**
     * Opens the one device.
     *
     * @throws IllegalStateException if {@link #probe()} says missing
     */
    @Override
    public List<DeviceDriver> open() {
        return List.of(HostAccess.open());
    }
}
