/** Host memory as a device: found by {@link java.util.ServiceLoader}, nothing to call directly. */
module dev.quarry.cpu {
    requires dev.quarry;
    requires static transitive org.jspecify;

    provides dev.quarry.spi.DeviceProvider with
            dev.quarry.cpu.CpuProvider;
}
