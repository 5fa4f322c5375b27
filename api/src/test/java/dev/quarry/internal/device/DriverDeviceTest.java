package dev.quarry.internal.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.quarry.Event;
import dev.quarry.MemoryKind;
import dev.quarry.Stream;
import dev.quarry.StreamState;
import dev.quarry.spi.DriverException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device's streams and events, and the numbers of its pools. */
class DriverDeviceTest {
    private final FakeDriver driver = new FakeDriver("fake:0");
    private final DriverDevice device = new DriverDevice(driver, DeviceLimits.NONE, () -> 0, pool -> {});
    private final DriverDevice other =
            new DriverDevice(new FakeDriver("fake:1"), DeviceLimits.NONE, () -> 0, pool -> {});

    @Test
    void shouldHaveUniqueGenerationsWhenHandlesRepeat() {
        List<Long> generations = new ArrayList<>();
        for (DriverDevice each : List.of(device, other)) {
            generations.add(each.defaultStream().generation());
            generations.add(each.newStream().generation());
            generations.add(each.wrapStream(77).generation());
            generations.add(each.borrowStream(77).generation());
        }
        assertThat(generations).doesNotHaveDuplicates();
    }

    @Test
    void shouldPreferDeviceMemoryWhenItIsOffered() {
        assertThat(device.defaultKind()).isEqualTo(MemoryKind.DEVICE);
        FakeDriver later =
                new FakeDriver("fake:2", new ArrayList<>(), MemoryKind.HOST, MemoryKind.PINNED, MemoryKind.DEVICE);
        assertThat(new DriverDevice(later, DeviceLimits.NONE, () -> 0, pool -> {}).defaultKind())
                .isEqualTo(MemoryKind.DEVICE);
        FakeDriver host = new FakeDriver("cpu:0", new ArrayList<>(), MemoryKind.HOST, MemoryKind.PINNED);
        assertThat(new DriverDevice(host, DeviceLimits.NONE, () -> 0, pool -> {}).defaultKind())
                .isEqualTo(MemoryKind.HOST);
    }

    @Test
    void shouldDestroyStreamOnCloseOnlyWhenQuarryMadeIt() {
        Stream own = device.newStream();
        Stream wrapped = device.wrapStream(77);
        Stream borrowed = device.borrowStream(78);
        own.close();
        wrapped.close();
        borrowed.close();
        assertThat(driver.log()).containsExactly("fake:0 destroyStream " + own.handle());
        assertThat(List.of(own, wrapped, borrowed)).noneMatch(Stream::isOpen);
    }

    @Test
    void shouldRefuseToCloseWhenStreamIsDefault() {
        Stream stream = device.defaultStream();
        assertThatIllegalStateException().isThrownBy(stream::close).withMessageContaining("default stream");
        assertThat(stream.isOpen()).isTrue();
        assertThat(stream.handle()).isEqualTo(FakeStreams.DEFAULT);
    }

    @Test
    void shouldRefuseEverythingWhenStreamIsClosed() {
        Stream stream = device.newStream();
        Event event = device.defaultStream().record();
        stream.close();
        String message = "stream " + stream.generation() + " of fake:0";
        assertThatIllegalStateException()
                .isThrownBy(stream::close)
                .withMessageContaining(message + " was closed before");
        assertThatIllegalStateException().isThrownBy(stream::record).withMessageContaining(message + " is closed");
        assertThatIllegalStateException().isThrownBy(stream::state).withMessageContaining(message);
        assertThatIllegalStateException().isThrownBy(stream::synchronize).withMessageContaining(message);
        assertThatIllegalStateException()
                .isThrownBy(() -> stream.waitFor(event))
                .withMessageContaining(message);
        assertThat(driver.log()).containsOnlyOnce("fake:0 destroyStream " + stream.handle());
    }

    @Test
    void shouldRefuseToRecordWhenStreamCaptures() {
        driver.streams().setState(StreamState.CAPTURING);
        assertThatIllegalStateException()
                .isThrownBy(() -> device.defaultStream().record())
                .withMessageContaining("captures a graph");
        assertThat(driver.streams().eventsCreated()).isZero();
    }

    @Test
    void shouldUseEventAgainWhenItIsClosed() {
        device.defaultStream().record().close();
        device.defaultStream().record().close();
        assertThat(driver.streams().eventsCreated()).isEqualTo(1);
        Event held = device.defaultStream().record();
        device.defaultStream().record();
        assertThat(driver.streams().eventsCreated()).isEqualTo(2);
        assertThat(held.isComplete()).isTrue();
    }

    @Test
    void shouldUseEventAgainWhenRecordingFails() {
        device.defaultStream().record().close();
        driver.failing("record");
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(DriverException.class)
                    .isThrownBy(() -> device.defaultStream().record());
        }
        assertThat(driver.streams().eventsCreated()).isEqualTo(1);
    }

    @Test
    void shouldKeepEventAliveWhenSomebodyStillHoldsIt() {
        DriverEvent event = device.defaultStream().record().retain();
        event.close();
        assertThat(event.query()).as("for the holder").isTrue();
        assertThatIllegalStateException().isThrownBy(event::isComplete).withMessageContaining("is closed");
        device.defaultStream().record();
        assertThat(driver.streams().eventsCreated()).as("not reused yet").isEqualTo(2);
        event.release();
        device.defaultStream().record();
        assertThat(driver.streams().eventsCreated()).as("reused").isEqualTo(2);
    }

    @Test
    void shouldRefuseEverythingWhenEventIsClosed() {
        Event event = device.defaultStream().record();
        event.close();
        assertThatIllegalStateException().isThrownBy(event::close).withMessageContaining("was closed before");
        assertThatIllegalStateException().isThrownBy(event::isComplete);
        assertThatIllegalStateException().isThrownBy(event::await);
        assertThatIllegalStateException().isThrownBy(() -> event.await(Duration.ZERO));
        Stream stream = device.newStream();
        assertThatIllegalStateException().isThrownBy(() -> stream.waitFor(event));
    }

    @Test
    void shouldBoundWaitWhenDurationIsOutsideOfLong() {
        assertThat(awaited(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo("fake:0 await " + Long.MAX_VALUE);
        assertThat(awaited(Duration.ofSeconds(-1))).isEqualTo("fake:0 await 0");
        assertThat(awaited(Duration.ofSeconds(Long.MIN_VALUE))).isEqualTo("fake:0 await 0");
        assertThat(awaited(Duration.ofMillis(3))).isEqualTo("fake:0 await 3000000");
    }

    private String awaited(Duration atMost) {
        try (Event event = device.defaultStream().record()) {
            assertThat(event.await(atMost)).isTrue();
            return driver.log().getLast();
        }
    }

    @Test
    void shouldRefuseWhenStreamOrEventIsOfAnotherDevice() {
        Event event = other.defaultStream().record();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> device.defaultStream().waitFor(event))
                .withMessageContaining("is not an event of device fake:0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> device.own(other.defaultStream()))
                .withMessageContaining("of fake:1 is not a stream of device fake:0");
        assertThat(device.own(device.defaultStream())).isSameAs(device.defaultStream());
    }

    @Test
    void shouldGiveSlotAgainWhenItWasReturned() {
        assertThat(List.of(device.takeSlot(), device.takeSlot(), device.takeSlot()))
                .containsExactly(0, 1, 2);
        DriverStream stream = device.defaultStream();
        StreamClient client = () -> {};
        stream.setClient(1, client);
        stream.setClient(9, client);
        assertThat(stream.client(1)).isSameAs(client);
        assertThat(stream.client(9)).isSameAs(client);
        assertThat(stream.client(0)).isNull();
        assertThat(stream.client(100)).isNull();
        device.returnSlot(1);
        assertThat(stream.client(1)).as("forgotten").isNull();
        assertThat(stream.client(9)).isSameAs(client);
        assertThat(device.takeSlot()).isEqualTo(1);
        assertThat(device.takeSlot()).isEqualTo(3);
    }

    @Test
    void shouldTellClientsOnceBeforeDriverWhenStreamCloses() {
        DriverStream stream = device.own(device.newStream());
        stream.setClient(0, () -> driver.log().add("first"));
        stream.setClient(3, () -> driver.log().add("second"));
        stream.close();
        assertThat(driver.log()).containsExactly("first", "second", "fake:0 destroyStream " + stream.handle());
    }

    @Test
    void shouldCloseDriverWhenEventCannotBeDestroyed() {
        DriverEvent first = device.defaultStream().record();
        DriverEvent second = device.defaultStream().record();
        first.close();
        second.close();
        driver.failing("destroyEvent");
        assertThatExceptionOfType(DriverException.class).isThrownBy(device::close);
        assertThat(driver.log()).endsWith("fake:0 destroyEvent", "fake:0 destroyEvent", "fake:0 close");
    }

    @Test
    void shouldAskDriverNothingWhenDeviceIsClosed() {
        Stream stream = device.defaultStream();
        Event event = stream.record();
        device.close();
        driver.log().clear();
        assertThatIllegalStateException().isThrownBy(stream::synchronize).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(stream::record);
        assertThatIllegalStateException().isThrownBy(stream::state);
        assertThatIllegalStateException().isThrownBy(event::await);
        event.close();
        assertThat(driver.log()).isEmpty();
    }

    @Test
    void shouldDestroyRecycledEventsWhenDeviceCloses() {
        device.defaultStream().record().close();
        device.close();
        assertThat(driver.log()).containsExactly("fake:0 record", "fake:0 destroyEvent", "fake:0 close");
        assertThatIllegalStateException().isThrownBy(device::newStream);
        assertThatIllegalStateException().isThrownBy(() -> device.wrapStream(77));
    }
}
