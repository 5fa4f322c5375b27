package dev.quarry.cuda;

import dev.quarry.cuda.internal.CudaAccess;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.util.List;

/**
 * NVIDIA GPUs as devices: the plugin {@code cuda} with the devices {@code cuda:0}, {@code cuda:1} and so on, in the driver's order.
 *
 * <p>Uses the driver's library ({@code libcuda}, 11.4 or later) and no part of the CUDA toolkit. Which library, says the system
 * property {@code quarry.cuda.library} or the environment variable {@code QUARRY_CUDA_LIBRARY}, a path or a name; else the usual
 * names are tried. It is searched once in a process. Each opening retains the primary contexts, which other libraries of the
 * process share, and leaves the current context of every thread as it was.
 */
public final class CudaProvider implements DeviceProvider {
    /** Makes the provider; does nothing else. */
    public CudaProvider() {}

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public int spiVersion() {
        return 1;
    }

    @Override
    public Availability probe() {
        return CudaAccess.probe();
    }

    /**
     * Opens all devices that the driver shows.
     *
     * @throws IllegalStateException if {@link #probe()} says missing
     * @throws dev.quarry.spi.DriverException if a device cannot be opened
     */
    @Override
    public List<DeviceDriver> open() {
        return CudaAccess.open();
    }
}
