/** NVIDIA GPUs as devices: found by {@link java.util.ServiceLoader}, nothing to call directly. */
module dev.quarry.cuda {
    requires dev.quarry;
    requires org.eclipse.collections.impl;
    requires static transitive org.jspecify;

    provides dev.quarry.spi.DeviceProvider with
            dev.quarry.cuda.CudaProvider;
}
