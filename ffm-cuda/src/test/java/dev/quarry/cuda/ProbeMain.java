package dev.quarry.cuda;

import dev.quarry.Device;
import dev.quarry.MemoryPool;
import dev.quarry.Quarry;
import dev.quarry.spi.Availability;

/** Tells the probe's result, and allocates where there is a device, in a JVM of its own: a library is searched once in one. */
public final class ProbeMain {
    private ProbeMain() {}

    /** Prints the result. */
    public static void main(String[] arguments) {
        switch (new CudaProvider().probe()) {
            case Availability.Available available -> {
                System.out.println("available|" + available.detail());
                try (Quarry quarry =
                        Quarry.builder().provider(new CudaProvider()).open()) {
                    for (Device device : quarry.devices()) {
                        MemoryPool pool = quarry.pool(device);
                        pool.allocate(1 << 20).close();
                        System.out.println(device.info());
                    }
                }
            }
            case Availability.Missing missing ->
                System.out.println("missing|" + missing.reason() + "|" + missing.tried() + "|" + missing.remedy());
        }
    }
}
