package dev.quarry.cuda;

import dev.quarry.MemoryKind;

/** Pools of an emulated GPU's pinned memory. */
class CudaPinnedPoolContractTest extends CudaPoolContractTest {
    @Override
    public MemoryKind kind() {
        return MemoryKind.PINNED;
    }
}
