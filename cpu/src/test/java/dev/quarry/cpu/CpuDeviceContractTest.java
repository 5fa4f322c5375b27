package dev.quarry.cpu;

import dev.quarry.spi.DeviceProvider;
import dev.quarry.testkit.DeviceContract;

/** The host as a device. */
class CpuDeviceContractTest extends DeviceContract {
    @Override
    protected DeviceProvider provider() {
        return new CpuProvider();
    }
}
