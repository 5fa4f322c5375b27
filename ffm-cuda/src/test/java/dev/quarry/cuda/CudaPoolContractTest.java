package dev.quarry.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryKind;
import dev.quarry.spi.DeviceProvider;
import dev.quarry.testkit.PoolContract;
import org.junit.jupiter.api.AfterEach;

/** Pools of an emulated GPU's own memory. */
class CudaPoolContractTest extends PoolContract {
    private static final Emulator EMULATOR = Emulator.fresh().with("SCHEDULE", "lazy");

    @Override
    protected DeviceProvider provider() {
        return new CudaProvider();
    }

    @Override
    public MemoryKind kind() {
        return MemoryKind.DEVICE;
    }

    @Override
    protected boolean isReal() {
        return true;
    }

    @AfterEach
    void checkHazards() {
        assertThat(EMULATOR.hazards()).isEmpty();
    }
}
