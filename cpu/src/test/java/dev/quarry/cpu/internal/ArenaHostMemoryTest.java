package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.quarry.MemoryKind;
import dev.quarry.spi.SegmentRequest;
import org.junit.jupiter.api.Test;

/** Memory on the portable path. */
class ArenaHostMemoryTest extends HostMemoryContract {
    @Override
    HostPages createPages() {
        return new ArenaPages("the test says so");
    }

    @Test
    void shouldOfferHostMemoryAloneWhenPortable() {
        assertThat(driver.kinds()).containsExactly(MemoryKind.HOST);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> driver.allocate(new SegmentRequest(MemoryKind.PINNED, 1, 1, false)))
                .withMessageContaining("pinned");
        assertThat(driver.info().properties().get("memory")).contains("portable", "the test says so");
    }

    @Test
    void shouldOfferNoVirtualMemoryWhenPortable() {
        assertThat(driver.virtualMemory()).isEmpty();
    }
}
