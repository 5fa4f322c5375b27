package dev.quarry.cpu;

import dev.quarry.cpu.internal.HostAccess;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The host as a device: the plugin {@code cpu} with its one device {@code cpu:0}.
 *
 * <p>Offers ordinary and, on Linux, page-locked and virtual memory, and streams whose copies and fills run on the host's own
 * threads. Each opening is independent of all others: it has memory, streams and handles of its own.
 */
public final class CpuProvider implements DeviceProvider {
    private final @Nullable CpuOptions options;

    /** Makes the provider that {@link java.util.ServiceLoader} finds; options are {@link CpuOptions#fromEnvironment()}. */
    public CpuProvider() {
        this.options = null;
    }

    /** Makes one with options of its own. */
    public CpuProvider(CpuOptions options) {
        this.options = options;
    }

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
        try {
            return HostAccess.probe(resolve());
        } catch (IllegalArgumentException e) {
            String reason = String.valueOf(e.getMessage());
            return new Availability.Missing(reason, List.of(), "correct or remove the setting");
        }
    }

    /**
     * Opens the one device.
     *
     * @throws IllegalStateException if {@link #probe()} says missing
     */
    @Override
    public List<DeviceDriver> open() {
        return List.of(HostAccess.open(resolve()));
    }

    private CpuOptions resolve() {
        return options != null ? options : CpuOptions.fromEnvironment();
    }
}
