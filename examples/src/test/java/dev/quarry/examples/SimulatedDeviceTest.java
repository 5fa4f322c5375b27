package dev.quarry.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.StreamState;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The examples' work on streams, on a device whose work completes only when somebody waits for it: memory that is reused
 * too early counts as a hazard.
 */
class SimulatedDeviceTest {
    private final SimProvider provider =
            new SimProvider(SimOptions.builder().schedule(SimSchedule.LAZY).build());
    private final Quarry quarry = Quarry.builder().provider(provider).open();
    private final Device device = quarry.device("sim:0");

    @AfterEach
    void close() {
        quarry.close();
        assertThat(provider.driver(0).hazards().texts()).isEmpty();
        assertThat(provider.driver(0).liveBytes()).isZero();
    }

    @Test
    void shouldOrderWorkWhenTwoStreamsShareBuffers() {
        MemoryPool pool = quarry.openPool(device, MemoryKind.DEVICE, PoolOptions.defaults());
        try (Stream filling = device.newStream();
                Stream copying = device.newStream()) {
            Allocation result = TwoStreams.collect(pool, filling, copying);
            assertThat(copying.state()).isEqualTo(StreamState.RUNNING);
            copying.synchronize();
            result.close();
        }
        assertNothingHeld(pool);
    }

    @Test
    void shouldKeepStagingIntactWhenClosedBeforeCopyRan() {
        MemoryPool pinned = quarry.openPool(device, MemoryKind.PINNED, PinnedReuse.STAGING);
        MemoryPool target = quarry.openPool(device, MemoryKind.DEVICE, PoolOptions.defaults());
        try (Stream stream = device.newStream();
                Allocation all = target.allocate(PinnedReuse.ROUNDS * PinnedReuse.ROUND_BYTES, stream)) {
            PinnedReuse.send(
                    pinned,
                    stream,
                    all,
                    (buffer, round) -> provider.driver(0).hostTouch(buffer.address(), buffer.byteSize(), true));
        }
        assertThat(pinned.statistics().driver().hostWaits()).isPositive();
        assertThat(pinned.statistics().reservedBytes().peak()).isLessThanOrEqualTo(PinnedReuse.STAGING.limit());
        assertNothingHeld(pinned);
        assertNothingHeld(target);
    }

    private static void assertNothingHeld(MemoryPool pool) {
        PoolValidator.validate(pool);
        assertThat(pool.statistics().allocations().current()).isZero();
    }
}
