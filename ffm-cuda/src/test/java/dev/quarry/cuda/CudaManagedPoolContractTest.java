package dev.quarry.cuda;

import dev.quarry.MemoryKind;

/** Pools of an emulated GPU's managed memory. */
class CudaManagedPoolContractTest extends CudaPoolContractTest {
    @Override
    public MemoryKind kind() {
        return MemoryKind.MANAGED;
    }
}
