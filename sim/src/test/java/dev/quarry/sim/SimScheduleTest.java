package dev.quarry.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.quarry.MemoryKind;
import dev.quarry.StreamState;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.StreamDriver;
import org.junit.jupiter.api.Test;

class SimScheduleTest {
    private static final long WITHOUT_LIMIT = Long.MAX_VALUE;

    private static SimDriver driver(SimSchedule schedule) {
        return new SimDriver(SimOptions.builder().schedule(schedule).build(), 0);
    }

    private static void work(SimDriver driver, long stream) {
        long address = driver.allocate(new SegmentRequest(MemoryKind.DEVICE, 512, 512, false));
        driver.touch(stream, address, 512, true);
    }

    private static long recorded(SimDriver driver, long stream) {
        long event = driver.streams().createEvent();
        driver.streams().record(event, stream);
        return event;
    }

    @Test
    void shouldCompleteAtEnqueueWhenImmediate() {
        SimDriver driver = driver(SimSchedule.IMMEDIATE);
        StreamDriver streams = driver.streams();
        long other = streams.createStream();
        work(driver, 0);
        long event = recorded(driver, 0);
        streams.waitFor(other, event);
        work(driver, other);
        assertThat(streams.isComplete(event)).isTrue();
        assertThat(streams.state(other)).isEqualTo(StreamState.IDLE);
        assertThat(driver.pending(other)).isZero();
        streams.synchronize(other);
    }

    @Test
    void shouldCompleteOnlyWhatIsAdvancedWhenManual() {
        SimDriver driver = driver(SimSchedule.MANUAL);
        StreamDriver streams = driver.streams();
        work(driver, 0);
        long event = recorded(driver, 0);
        work(driver, 0);
        assertThat(streams.isComplete(event)).isFalse();
        assertThat(driver.advance(0, 1)).isEqualTo(1);
        assertThat(streams.isComplete(event)).isFalse();
        assertThat(driver.advance(0, 1)).isEqualTo(1);
        assertThat(streams.isComplete(event)).isTrue();
        assertThat(streams.state(0)).isEqualTo(StreamState.RUNNING);
        assertThat(driver.advance(0, 100)).isEqualTo(1);
        assertThat(streams.state(0)).isEqualTo(StreamState.IDLE);
    }

    @Test
    void shouldStopAtWaitWhenManualAndEventIsNotComplete() {
        SimDriver driver = driver(SimSchedule.MANUAL);
        StreamDriver streams = driver.streams();
        long other = streams.createStream();
        work(driver, 0);
        work(driver, other);
        streams.waitFor(other, recorded(driver, 0));
        work(driver, other);
        assertThat(driver.advance(other, 100)).isEqualTo(1);
        assertThat(driver.advance(0, 100)).isEqualTo(2);
        assertThat(driver.advance(other, 100)).isEqualTo(2);
        assertThat(driver.pending(other)).isZero();
    }

    @Test
    void shouldNotWaitForeverWhenManual() {
        SimDriver driver = driver(SimSchedule.MANUAL);
        work(driver, 0);
        long event = recorded(driver, 0);
        assertThat(driver.streams().await(event, 1_000_000_000_000L)).isFalse();
        assertThatIllegalStateException()
                .isThrownBy(() -> driver.streams().await(event, WITHOUT_LIMIT))
                .withMessageContaining("await: would wait for ever: 2 works of stream 0x0");
        assertThatIllegalStateException().isThrownBy(() -> driver.streams().synchronize(0));
        driver.advanceAll();
        assertThat(driver.streams().await(event, WITHOUT_LIMIT)).isTrue();
        assertThatNoException().isThrownBy(() -> driver.streams().synchronize(0));
    }

    @Test
    void shouldCompleteInTimeWhenHookAdvancesAtWait() {
        SimDriver driver = driver(SimSchedule.MANUAL);
        work(driver, 0);
        long event = recorded(driver, 0);
        driver.faults().onCall(SimFunction.AWAIT, driver::advanceAll);
        assertThat(driver.streams().await(event, WITHOUT_LIMIT)).isTrue();
    }

    @Test
    void shouldCompleteNothingByItselfWhenLazy() {
        SimDriver driver = driver(SimSchedule.LAZY);
        work(driver, 0);
        long event = recorded(driver, 0);
        assertThat(driver.streams().isComplete(event)).isFalse();
        assertThat(driver.streams().await(event, 0)).isFalse();
        assertThat(driver.streams().state(0)).isEqualTo(StreamState.RUNNING);
        assertThat(driver.streams().await(event, 1)).isTrue();
        assertThat(driver.streams().isComplete(event)).isTrue();
    }

    @Test
    void shouldCompleteExactlyWhatIsNeededWhenLazy() {
        SimDriver driver = driver(SimSchedule.LAZY);
        StreamDriver streams = driver.streams();
        long first = streams.createStream();
        long second = streams.createStream();
        long unrelated = streams.createStream();
        work(driver, unrelated);
        work(driver, first);
        long onFirst = recorded(driver, first);
        work(driver, first);
        streams.waitFor(second, onFirst);
        long onSecond = recorded(driver, second);
        work(driver, second);
        streams.waitFor(0, onSecond);
        long last = recorded(driver, 0);
        work(driver, 0);

        assertThat(streams.await(last, WITHOUT_LIMIT)).isTrue();
        assertThat(streams.isComplete(onFirst)).isTrue();
        assertThat(streams.isComplete(onSecond)).isTrue();
        assertThat(driver.pending(0)).isEqualTo(1);
        assertThat(driver.pending(first)).isEqualTo(1);
        assertThat(driver.pending(second)).isEqualTo(1);
        assertThat(driver.pending(unrelated)).isEqualTo(1);
        streams.synchronize(first);
        assertThat(driver.pending(first)).isZero();
    }

    @Test
    void shouldCompleteLongChainWhenLazyStreamsWaitForEachOther() {
        SimDriver driver = driver(SimSchedule.LAZY);
        StreamDriver streams = driver.streams();
        long[] pair = {0, streams.createStream()};
        long event = streams.createEvent();
        for (int i = 0; i < 100_000; i++) {
            streams.record(event, pair[i % 2]);
            streams.waitFor(pair[(i + 1) % 2], event);
        }
        streams.synchronize(0);
        assertThat(driver.pending(0)).isZero();
    }

    @Test
    void shouldCompleteWorkOfDestroyedStreamWhenAdvanced() {
        SimDriver driver = driver(SimSchedule.MANUAL);
        StreamDriver streams = driver.streams();
        long stream = streams.createStream();
        work(driver, stream);
        long event = recorded(driver, stream);
        streams.destroyStream(stream);
        assertThat(streams.isComplete(event)).isFalse();
        driver.advanceAll();
        assertThat(streams.isComplete(event)).isTrue();
    }
}
