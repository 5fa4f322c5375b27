package dev.quarry.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryKind;
import dev.quarry.spi.DeviceProvider;
import dev.quarry.testkit.DeviceContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An emulated GPU whose work waits until somebody waits for it. */
class CudaDeviceContractTest extends DeviceContract {
    private static final Emulator EMULATOR = Emulator.fresh().with("SCHEDULE", "lazy");

    @Override
    protected DeviceProvider provider() {
        return new CudaProvider();
    }

    @Override
    protected boolean isReal(MemoryKind kind) {
        return true;
    }

    @BeforeEach
    @AfterEach
    void checkContexts() {
        assertThat(EMULATOR.contextDepth()).as("contexts on the thread's stack").isZero();
        assertThat(EMULATOR.hazards()).isEmpty();
    }
}
