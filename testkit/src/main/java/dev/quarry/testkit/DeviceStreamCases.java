package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Device;
import dev.quarry.Event;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.StreamState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Streams and events of a device, by the SPI and by the API. */
interface DeviceStreamCases extends DeviceSubject {
    @Test
    default void shouldHaveOwnHandlesWhenStreamsAreCreated() {
        long first = streams().createStream();
        long second = streams().createStream();
        assertThat(first).isNotEqualTo(second).isNotEqualTo(streams().defaultStream());
        assertThat(second).isNotEqualTo(streams().defaultStream());
        assertThat(streams().defaultStream()).isEqualTo(streams().defaultStream());
        streams().destroyStream(first);
        assertThat(streams().state(second)).isEqualTo(StreamState.IDLE);
        streams().destroyStream(second);
    }

    @Test
    default void shouldBeIdleWhenNothingIsLeftToDo() {
        for (long stream : new long[] {streams().defaultStream(), streams().createStream()}) {
            streams().synchronize(stream);
            assertThat(streams().state(stream)).isEqualTo(StreamState.IDLE);
            long event = streams().createEvent();
            streams().record(event, stream);
            streams().synchronize(stream);
            assertThat(streams().state(stream)).isEqualTo(StreamState.IDLE);
            assertThat(streams().isComplete(event)).isTrue();
            streams().destroyEvent(event);
        }
    }

    @Test
    default void shouldBeCompleteWhenEventWasNeverRecorded() {
        long event = streams().createEvent();
        assertThat(streams().isComplete(event)).isTrue();
        assertThat(streams().await(event, 0)).isTrue();
        assertThat(streams().await(event, Long.MAX_VALUE)).isTrue();
        streams().waitFor(streams().defaultStream(), event);
        streams().synchronize(streams().defaultStream());
        streams().destroyEvent(event);
    }

    @Test
    default void shouldBecomeCompleteWhenEventIsRecordedAgain() {
        long first = streams().createStream();
        long second = streams().createStream();
        long event = streams().createEvent();
        for (int round = 0; round < 10; round++) {
            streams().record(event, round % 2 == 0 ? first : second);
            streams().waitFor(round % 2 == 0 ? second : first, event);
        }
        assertThat(streams().await(event, Long.MAX_VALUE)).isTrue();
        assertThat(streams().isComplete(event)).isTrue();
        streams().destroyEvent(event);
        streams().destroyStream(first);
        streams().destroyStream(second);
    }

    @Test
    default void shouldKeepWaitsWhenEventAndStreamAreDestroyed() {
        long first = streams().createStream();
        long second = streams().createStream();
        long event = streams().createEvent();
        streams().record(event, first);
        streams().waitFor(second, event);
        streams().destroyEvent(event);
        streams().destroyStream(first);
        streams().synchronize(second);
        assertThat(streams().state(second)).isEqualTo(StreamState.IDLE);
        streams().destroyStream(second);
    }

    @Test
    default void shouldHaveOwnGenerationWhenStreamIsOpened() {
        Device device = device();
        try (Stream first = device.newStream();
                Stream second = device.newStream()) {
            assertThat(first.generation())
                    .isNotEqualTo(second.generation())
                    .isNotEqualTo(device.defaultStream().generation());
            assertThat(first.device()).isSameAs(device);
            assertThat(first.isOpen()).isTrue();
            assertThat(device.defaultStream()).isSameAs(device.defaultStream());
        }
    }

    @Test
    default void shouldThrowWhenStreamIsClosedTwice() {
        Stream stream = device().newStream();
        stream.close();
        assertThat(stream.isOpen()).isFalse();
        assertThatThrownBy(stream::close).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(stream::record).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(stream::synchronize).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(stream::state).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> device().defaultStream().close()).isInstanceOf(IllegalStateException.class);
        assertThat(device().defaultStream().isOpen()).isTrue();
    }

    @Test
    default void shouldThrowWhenEventIsClosedTwice() {
        Stream stream = device().newStream();
        Event event = stream.record();
        assertThat(event.stream()).isSameAs(stream);
        event.await();
        assertThat(event.isComplete()).isTrue();
        event.close();
        assertThatThrownBy(event::close).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(event::await).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(event::isComplete).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> stream.waitFor(event)).isInstanceOf(IllegalStateException.class);
        stream.close();
    }

    @Test
    default void shouldReachEventWhenItsStreamIsClosed() {
        Stream stream = device().newStream();
        Event event = stream.record();
        stream.close();
        device().defaultStream().waitFor(event);
        assertThat(event.await(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
        assertThat(event.await(Duration.ofSeconds(-1))).isTrue();
        event.close();
        device().defaultStream().synchronize();
    }

    @Test
    default void shouldRefuseWhenEventIsAnotherDevices() {
        try (Quarry other = Quarry.builder().provider(plugin()).open();
                Stream stream = other.device(plugin().name()).newStream();
                Event event = stream.record()) {
            Stream own = device().defaultStream();
            assertThatThrownBy(() -> own.waitFor(event))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(own.device().id());
        }
    }

    @Test
    default void shouldLeaveStreamAliveWhenOnlyItsWrapperCloses() {
        try (Quarry quarry = Quarry.builder().provider(plugin()).open()) {
            Device device = quarry.device(plugin().name());
            try (Stream made = device.newStream()) {
                for (Stream wrapper :
                        new Stream[] {device.wrapStream(made.handle()), device.borrowStream(made.handle())}) {
                    assertThat(wrapper.handle()).isEqualTo(made.handle());
                    assertThat(wrapper.generation()).isNotEqualTo(made.generation());
                    wrapper.record().close();
                    wrapper.close();
                }
                made.record().close();
                made.synchronize();
            }
        }
    }
}
