package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.StreamState;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Events, and waits of streams and of the host for them. */
class CpuEventsTest extends StreamsCase {
    @Test
    void shouldReturnAtOnceWhenStreamIsBusy() {
        long stream = streams.createStream();
        MemorySegment target = arena.allocate(64);
        streams.enqueue(stream, TestWork.gate(gate));
        streams.fill(stream, target.address(), 64, (byte) 1);
        long event = recordedOn(stream);

        assertThat(streams.state(stream)).isEqualTo(StreamState.RUNNING);
        assertThat(streams.isComplete(event)).isFalse();
        assertThat(streams.await(event, 0)).isFalse();
        assertThat(streams.await(event, 1_000_000)).isFalse();
        Pattern.checkAll(target, (byte) 0);
        gate.countDown();
        assertThat(streams.await(event, Long.MAX_VALUE)).isTrue();
        assertThat(streams.isComplete(event)).isTrue();
        Pattern.checkAll(target, (byte) 1);
    }

    @Test
    void shouldBeCompleteWhenNeverRecorded() {
        long event = streams.createEvent();
        streams.waitFor(streams.defaultStream(), event);

        assertThat(streams.isComplete(event)).isTrue();
        assertThat(streams.await(event, 0)).isTrue();
        streams.synchronize(streams.defaultStream());
    }

    @Test
    void shouldWaitForRecordingOfThatTimeWhenEventIsRecordedAgain() {
        long quick = streams.createStream();
        long held = streams.createStream();
        long waiting = streams.createStream();
        long event = recordedOn(quick);
        streams.waitFor(waiting, event);
        streams.enqueue(held, TestWork.gate(gate));
        streams.record(event, held);

        streams.synchronize(waiting);
        assertThat(streams.isComplete(event)).isFalse();
        gate.countDown();
        assertThat(streams.await(event, Long.MAX_VALUE)).isTrue();
    }

    @Test
    void shouldKeepWaitingWhenEventIsDestroyed() {
        long held = streams.createStream();
        long waiting = streams.createStream();
        AtomicInteger value = new AtomicInteger();
        streams.enqueue(held, TestWork.gate(gate));
        streams.enqueue(held, new TestWork("set", () -> value.set(1)));
        long event = recordedOn(held);
        streams.waitFor(waiting, event);
        streams.enqueue(waiting, new TestWork("check", () -> value.compareAndSet(1, 2)));
        streams.destroyEvent(event);
        gate.countDown();
        streams.synchronize(waiting);

        assertThat(value).hasValue(2);
    }

    @Test
    void shouldPassTokenWhenManyStreamsWaitInChain() {
        int length = 300;
        List<Integer> order = new ArrayList<>();
        long event = streams.createEvent();
        streams.enqueue(streams.defaultStream(), TestWork.gate(gate));
        streams.record(event, streams.defaultStream());
        for (int i = 0; i < length; i++) {
            int place = i;
            long stream = streams.createStream();
            streams.waitFor(stream, event);
            // Unsynchronized on purpose: the events alone order these writes.
            streams.enqueue(stream, new TestWork("add", () -> order.add(place)));
            streams.record(event, stream);
        }
        gate.countDown();
        assertThat(streams.await(event, Long.MAX_VALUE)).isTrue();

        assertThat(order).hasSize(length).isSorted();
    }

    @Test
    void shouldKeepInterruptWhenAwaiting() throws InterruptedException {
        long stream = streams.createStream();
        streams.enqueue(stream, TestWork.gate(gate));
        long event = recordedOn(stream);
        AtomicInteger kept = new AtomicInteger();
        Thread waiter = Thread.ofVirtual().start(() -> {
            boolean complete = streams.await(event, Long.MAX_VALUE);
            kept.set(complete && Thread.currentThread().isInterrupted() ? 1 : -1);
        });
        waiter.interrupt();
        gate.countDown();
        waiter.join();

        assertThat(kept).hasValue(1);
    }

    @Test
    void shouldStayOrderedWhenManyThreadsUseManyStreams() throws InterruptedException {
        long shared = streams.createStream();
        Crew.run(6, 12, worker -> {
            Random random = new Random(worker);
            long own = streams.createStream();
            MemorySegment a = arena.allocate(10_000);
            MemorySegment b = arena.allocate(10_000);
            for (int round = 0; round < 40; round++) {
                byte value = (byte) (worker * 40 + round);
                long event = streams.createEvent();
                streams.fill(own, a.address(), a.byteSize(), value);
                streams.record(event, own);
                streams.waitFor(shared, event);
                streams.copy(shared, a.address(), b.address(), b.byteSize());
                streams.record(event, shared);
                streams.waitFor(own, event);
                if (random.nextBoolean()) {
                    assertThat(streams.await(event, Long.MAX_VALUE)).isTrue();
                } else {
                    streams.synchronize(own);
                }
                streams.destroyEvent(event);
                Pattern.checkAll(b, value);
            }
            streams.destroyStream(own);
        });
    }
}
