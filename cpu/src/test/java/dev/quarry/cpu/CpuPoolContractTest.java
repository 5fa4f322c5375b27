package dev.quarry.cpu;

import dev.quarry.MemoryKind;
import dev.quarry.spi.DeviceProvider;
import dev.quarry.testkit.PoolContract;

/** Pools of ordinary host memory. */
class CpuPoolContractTest extends PoolContract {
    @Override
    protected DeviceProvider provider() {
        return new CpuProvider();
    }

    @Override
    public MemoryKind kind() {
        return MemoryKind.HOST;
    }
}
