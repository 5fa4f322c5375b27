package dev.quarry.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.MemoryKind;
import dev.quarry.StreamState;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.StreamDriver;
import org.junit.jupiter.api.Test;

class SimStreamsTest {
    private final SimDriver driver =
            new SimDriver(SimOptions.builder().schedule(SimSchedule.MANUAL).build(), 0);
    private final StreamDriver streams = driver.streams();
    private final long address = driver.allocate(new SegmentRequest(MemoryKind.DEVICE, 4096, 512, false));

    @Test
    void shouldCountAsCompleteWhenEventWasNeverRecorded() {
        long event = streams.createEvent();
        assertThat(streams.isComplete(event)).isTrue();
        assertThat(streams.await(event, Long.MAX_VALUE)).isTrue();
        streams.waitFor(0, event);
        assertThat(streams.state(0)).isEqualTo(StreamState.IDLE);
    }

    @Test
    void shouldKeepRecordingOfItsTimeWhenEventIsRecordedAgain() {
        long first = streams.createStream();
        long second = streams.createStream();
        long event = streams.createEvent();
        streams.record(event, first);
        streams.waitFor(0, event);
        streams.record(event, second);
        driver.advance(first, 1);
        assertThat(streams.isComplete(event)).isFalse();
        assertThat(driver.advance(0, 1)).isEqualTo(1);
        driver.advance(second, 1);
        assertThat(streams.isComplete(event)).isTrue();
    }

    @Test
    void shouldKeepWaitInForceWhenEventIsDestroyed() {
        long other = streams.createStream();
        long event = streams.createEvent();
        streams.record(event, 0);
        streams.waitFor(other, event);
        streams.destroyEvent(event);
        assertThat(driver.advance(other, 1)).isZero();
        driver.advance(0, 1);
        assertThat(driver.advance(other, 1)).isEqualTo(1);
    }

    @Test
    void shouldReuseHandleWhenStreamWasDestroyed() {
        long first = streams.createStream();
        long second = streams.createStream();
        streams.destroyStream(first);
        streams.destroyStream(second);
        assertThat(streams.createStream()).isEqualTo(second);
        assertThat(streams.createStream()).isEqualTo(first);
    }

    @Test
    void shouldNotMistakeStreamWhenItsHandleIsReused() {
        long stream = streams.createStream();
        long event = streams.createEvent();
        streams.record(event, stream);
        streams.destroyStream(stream);
        assertThat(streams.createStream()).isEqualTo(stream);
        driver.advance(stream, 100);
        assertThat(streams.isComplete(event)).isFalse();
    }

    @Test
    void shouldThrowWhenHandleIsUnknownOrDestroyed() {
        long stream = streams.createStream();
        long event = streams.createEvent();
        streams.destroyStream(stream);
        streams.destroyEvent(event);
        assertThatIllegalStateException()
                .isThrownBy(() -> streams.fill(stream, address, 512, (byte) 0))
                .withMessageContaining("fill: no stream has the handle 0x");
        assertThatIllegalStateException().isThrownBy(() -> streams.destroyStream(stream));
        assertThatIllegalStateException().isThrownBy(() -> streams.state(stream));
        assertThatIllegalStateException().isThrownBy(() -> streams.waitFor(0, event));
        assertThatIllegalStateException().isThrownBy(() -> streams.destroyEvent(event));
        assertThatIllegalStateException().isThrownBy(() -> streams.isComplete(4711));
        assertThatIllegalStateException().isThrownBy(() -> streams.destroyStream(0));
    }

    @Test
    void shouldRunNothingAndRefuseEventsWhenCapturing() {
        long event = streams.createEvent();
        driver.beginCapture(0);
        assertThat(streams.state(0)).isEqualTo(StreamState.CAPTURING);
        streams.fill(0, address, 512, (byte) 0);
        streams.copy(0, address, address + 2048, 512);
        assertThat(driver.pending(0)).isZero();
        assertThatIllegalStateException()
                .isThrownBy(() -> streams.record(event, 0))
                .withMessageContaining("captures a graph");
        assertThatIllegalStateException().isThrownBy(() -> streams.waitFor(0, event));
        assertThatIllegalStateException().isThrownBy(() -> streams.synchronize(0));
        driver.endCapture(0);
        streams.record(event, 0);
        assertThat(streams.state(0)).isEqualTo(StreamState.RUNNING);
    }

    @Test
    void shouldNeverCompleteWhenStreamIsLost() {
        long other = streams.createStream();
        long event = streams.createEvent();
        streams.fill(0, address, 512, (byte) 0);
        streams.record(event, 0);
        streams.waitFor(other, event);
        driver.lose(0);
        driver.advanceAll();
        assertThat(driver.advance(0, 100)).isZero();
        assertThat(streams.state(0)).isEqualTo(StreamState.LOST);
        assertThat(streams.isComplete(event)).isFalse();
        assertThat(streams.await(event, 1000)).isFalse();
        assertThat(driver.pending(other)).isEqualTo(1);
        assertThatThrownBy(() -> streams.await(event, Long.MAX_VALUE))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("STREAM_LOST");
        assertThatThrownBy(() -> streams.record(event, 0)).isInstanceOf(DriverException.class);
        assertThatThrownBy(() -> streams.synchronize(0)).isInstanceOf(DriverException.class);
        driver.free(MemoryKind.DEVICE, address, 4096);
        assertThat(driver.hazards().count()).isZero();
    }

    @Test
    void shouldFailWhenLazyWorkWaitsForLostStream() {
        SimDriver lazy =
                new SimDriver(SimOptions.builder().schedule(SimSchedule.LAZY).build(), 0);
        long other = lazy.streams().createStream();
        long event = lazy.streams().createEvent();
        lazy.streams().record(event, 0);
        lazy.streams().waitFor(other, event);
        lazy.lose(0);
        assertThatThrownBy(() -> lazy.streams().synchronize(other)).isInstanceOf(DriverException.class);
    }

    @Test
    void shouldRefuseWhenSizeIsNotPositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> streams.copy(0, address, address + 512, 0))
                .withMessageContaining("bytes = 0");
        assertThatIllegalArgumentException().isThrownBy(() -> streams.fill(0, address, -1, (byte) 0));
    }
}
