package dev.quarry.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.MemoryKind;
import dev.quarry.StreamState;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.StreamDriver;
import org.junit.jupiter.api.Test;

/** For each way to order accesses: a hazard without it, none with it. */
class HazardTest {
    private static final boolean READ = false;
    private static final boolean WRITE = true;

    private final SimDriver driver =
            new SimDriver(SimOptions.builder().schedule(SimSchedule.LAZY).build(), 0);
    private final StreamDriver streams = driver.streams();
    private final long first = streams.createStream();
    private final long second = streams.createStream();
    private final long event = streams.createEvent();
    private final long address = driver.allocate(new SegmentRequest(MemoryKind.MANAGED, 4096, 512, false));

    private void assertHazards(long count) {
        assertThat(driver.hazards().count())
                .as(() -> String.join("\n", driver.hazards().texts()))
                .isEqualTo(count);
    }

    @Test
    void shouldFindNoneWhenOneStreamAccesses() {
        driver.touch(first, address, 4096, WRITE);
        driver.touch(first, address, 512, READ);
        driver.touch(first, address, 4096, WRITE);
        assertHazards(0);
    }

    @Test
    void shouldFindEachKindOfConflictWhenNothingOrdersStreams() {
        driver.touch(first, address, 512, WRITE);
        driver.touch(second, address, 512, READ);
        assertHazards(1);
        driver.touch(first, address, 512, WRITE);
        assertHazards(2);
        driver.touch(second, address, 512, WRITE);
        assertHazards(3);
    }

    @Test
    void shouldFindNoneWhenStreamsOnlyRead() {
        driver.touch(first, address, 4096, READ);
        driver.touch(second, address, 4096, READ);
        assertHazards(0);
    }

    @Test
    void shouldFindNoneWhenRangesAreDisjoint() {
        driver.touch(first, address, 512, WRITE);
        driver.touch(second, address + 512, 512, WRITE);
        assertHazards(0);
        driver.touch(second, address + 511, 1, WRITE);
        assertHazards(1);
    }

    @Test
    void shouldFindNoneWhenStreamWaitsForEvent() {
        driver.touch(first, address, 512, WRITE);
        streams.record(event, first);
        streams.waitFor(second, event);
        driver.touch(second, address, 512, WRITE);
        assertHazards(0);
    }

    @Test
    void shouldFindHazardWhenEventIsRecordedTooEarly() {
        streams.record(event, first);
        driver.touch(first, address, 512, WRITE);
        streams.waitFor(second, event);
        driver.touch(second, address, 512, WRITE);
        assertHazards(1);
    }

    @Test
    void shouldFindHazardWhenWaitComesAfterAccess() {
        driver.touch(first, address, 512, WRITE);
        streams.record(event, first);
        driver.touch(second, address, 512, WRITE);
        streams.waitFor(second, event);
        assertHazards(1);
    }

    @Test
    void shouldFindNoneWhenOrderIsTransitive() {
        long third = streams.createStream();
        driver.touch(first, address, 512, WRITE);
        streams.record(event, first);
        streams.waitFor(second, event);
        streams.record(event, second);
        streams.waitFor(third, event);
        driver.touch(third, address, 512, WRITE);
        assertHazards(0);
    }

    @Test
    void shouldFindHazardWhenOnlyOneOfTwoReadersIsWaitedFor() {
        long third = streams.createStream();
        driver.touch(first, address, 512, READ);
        driver.touch(second, address, 512, READ);
        streams.record(event, second);
        streams.waitFor(third, event);
        driver.touch(third, address, 512, WRITE);
        assertHazards(1);
    }

    @Test
    void shouldFindNoneWhenHostWaitedForEvent() {
        driver.touch(first, address, 512, WRITE);
        streams.record(event, first);
        streams.await(event, Long.MAX_VALUE);
        driver.touch(second, address, 512, WRITE);
        driver.streams().synchronize(second);
        driver.hostTouch(address, 512, READ);
        assertHazards(0);
    }

    @Test
    void shouldFindNoneWhenHostSawCompletion() {
        driver.touch(first, address, 512, WRITE);
        streams.record(event, first);
        driver.advanceAll();
        assertThat(streams.isComplete(event)).isTrue();
        driver.touch(second, address, 512, WRITE);
        driver.advanceAll();
        assertThat(streams.state(second)).isEqualTo(StreamState.IDLE);
        driver.hostTouch(address, 512, WRITE);
        assertHazards(0);
    }

    @Test
    void shouldFindHazardWhenWorkIsCompleteAndHostDidNotLook() {
        driver.touch(first, address, 512, WRITE);
        driver.advanceAll();
        driver.touch(second, address, 512, WRITE);
        assertHazards(1);
        driver.advanceAll();
        driver.hostTouch(address, 512, READ);
        assertHazards(2);
    }

    @Test
    void shouldFindHazardWhenEventWasNotComplete() {
        driver.touch(first, address, 512, WRITE);
        streams.record(event, first);
        assertThat(streams.isComplete(event)).isFalse();
        driver.hostTouch(address, 512, READ);
        assertHazards(1);
    }

    @Test
    void shouldFindNoneWhenHostWritesBeforeEnqueue() {
        driver.hostTouch(address, 512, WRITE);
        driver.touch(first, address, 512, READ);
        driver.touch(second, address, 512, READ);
        assertHazards(0);
    }

    @Test
    void shouldFindHazardWhenHostClearsWhatStreamReads() {
        driver.touch(first, address, 512, READ);
        driver.clear(address, 512);
        assertHazards(1);
        streams.synchronize(first);
        driver.clear(address, 512);
        assertHazards(1);
    }

    @Test
    void shouldCountFillAsWriteAndCopyAsBothWhenEnqueued() {
        streams.fill(first, address, 512, (byte) 1);
        streams.copy(second, address, address + 512, 512);
        assertHazards(1);
        driver.touch(first, address + 512, 512, READ);
        assertHazards(2);
        driver.touch(first, address, 512, READ);
        assertHazards(2);
    }

    @Test
    void shouldNotLookAtHostMemoryWhenCopied() {
        streams.copy(first, 0x7f00_0000_0000L, address, 512);
        streams.copy(second, 0x7f00_0000_0000L, address + 512, 512);
        assertHazards(0);
        streams.copy(second, 64, address + 512, 512);
        assertHazards(1);
    }

    @Test
    void shouldFindHazardWhenFreedBeforeHostKnowsCompletion() {
        driver.touch(first, address, 512, READ);
        driver.free(MemoryKind.MANAGED, address, 4096);
        assertHazards(1);
        assertThat(driver.hazards().texts().getFirst())
                .contains("free of 4096 bytes", "the host does not know this to be complete", "reading 512 bytes");
    }

    @Test
    void shouldFindNoneWhenFreedAfterSynchronize() {
        driver.touch(first, address, 512, WRITE);
        streams.synchronize(first);
        driver.free(MemoryKind.MANAGED, address, 4096);
        long again = driver.allocate(new SegmentRequest(MemoryKind.MANAGED, 4096, 512, false));
        assertThat(again).isEqualTo(address);
        driver.touch(second, again, 4096, WRITE);
        assertHazards(0);
    }

    @Test
    void shouldFindHazardWhenAccessLeavesLiveRange() {
        driver.touch(first, address + 4095, 2, READ);
        assertHazards(1);
        driver.touch(first, address - 1, 1, READ);
        assertHazards(2);
        driver.hostTouch(address, 4097, READ);
        assertHazards(3);
        driver.free(MemoryKind.MANAGED, address, 4096);
        driver.touch(first, address, 1, READ);
        assertHazards(4);
        assertThat(driver.hazards().texts()).allMatch(text -> text.contains("not inside one live range"));
    }

    @Test
    void shouldFindHazardWhenHostAccessesDeviceMemory() {
        long device = driver.allocate(new SegmentRequest(MemoryKind.DEVICE, 512, 512, false));
        driver.clear(device, 512);
        assertHazards(1);
        assertThat(driver.hazards().texts().getFirst()).contains("kind device");
    }

    @Test
    void shouldTellStreamsApartWhenHandleIsReused() {
        driver.touch(first, address, 512, WRITE);
        streams.destroyStream(first);
        assertThat(streams.createStream()).isEqualTo(first);
        driver.touch(first, address, 512, WRITE);
        assertHazards(1);
        assertThat(driver.hazards().texts().getFirst())
                .contains("(no. 2), access 1 there, writing 512 bytes", "(no. 4), access 1 there");
    }

    @Test
    void shouldFindNoneWhenHostKnowsDestroyedStreamToBeComplete() {
        driver.touch(first, address, 512, WRITE);
        streams.synchronize(first);
        streams.destroyStream(first);
        driver.touch(streams.createStream(), address, 512, WRITE);
        assertHazards(0);
    }

    @Test
    void shouldCountPairOnceAndKeepFirstTextsWhenThereAreMany() {
        for (int i = 0; i < 30; i++) {
            driver.touch(first, address + 2L * i, 1, WRITE);
        }
        driver.touch(second, address, 4096, READ);
        assertHazards(30);
        assertThat(driver.hazards().texts()).hasSize(SimHazards.TEXTS);
        driver.touch(first, address, 4096, WRITE);
        assertHazards(31);
    }
}
