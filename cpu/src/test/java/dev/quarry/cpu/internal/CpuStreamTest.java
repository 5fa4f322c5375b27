package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.StreamState;
import dev.quarry.spi.DriverException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** One stream with runners that run when the test says, on the test's thread. */
class CpuStreamTest {
    private final Deque<Runnable> runners = new ArrayDeque<>();
    private final List<String> log = new ArrayList<>();
    private final CpuStream first = new CpuStream(runners::add);
    private final CpuStream second = new CpuStream(runners::add);

    private StreamWork say(String text) {
        return new TestWork("say", () -> log.add(text));
    }

    @Test
    void shouldRunInOrderOnOneRunnerWhenSeveralAreEnqueued() {
        first.enqueue(say("a"));
        first.enqueue(say("b"));
        Recording recording = first.mark();
        first.enqueue(say("c"));

        assertThat(log).isEmpty();
        assertThat(first.state()).isEqualTo(StreamState.RUNNING);
        assertThat(runners).hasSize(1);
        runners.remove().run();
        assertThat(log).containsExactly("a", "b", "c");
        assertThat(recording.isComplete()).isTrue();
        assertThat(first.state()).isEqualTo(StreamState.IDLE);
    }

    @Test
    void shouldAskForRunnerAgainWhenIdleStreamGetsWork() {
        first.enqueue(say("a"));
        runners.remove().run();
        assertThat(runners).isEmpty();

        first.enqueue(say("b"));
        runners.remove().run();
        assertThat(log).containsExactly("a", "b");
    }

    @Test
    void shouldBeReachedAtOnceWhenStreamIsIdle() {
        assertThat(first.mark().isComplete()).isTrue();
        assertThat(runners).isEmpty();
    }

    @Test
    void shouldBeIdleWhenItsLastRecordingIsSeenReached() {
        first.enqueue(say("a"));
        first.mark()
                .whenReached(_ -> log.add(first.state() + ", " + first.mark().isComplete()));
        runners.remove().run();

        assertThat(log).containsExactly("a", "IDLE, true");
    }

    @Test
    void shouldLeaveRunnerWhenItWaits() {
        second.enqueue(say("late"));
        Recording late = second.mark();
        first.waitFor(late);
        first.enqueue(say("after"));
        Runnable runnerOfSecond = runners.remove();

        runners.remove().run();
        assertThat(runners).as("nobody runs the waiting stream").isEmpty();
        assertThat(log).isEmpty();
        assertThat(first.state()).isEqualTo(StreamState.RUNNING);
        first.enqueue(say("still after"));
        assertThat(runners).isEmpty();

        runnerOfSecond.run();
        assertThat(log).containsExactly("late");
        runners.remove().run();
        assertThat(log).containsExactly("late", "after", "still after");
        assertThat(first.state()).isEqualTo(StreamState.IDLE);
    }

    @Test
    void shouldGoOnWhenWaitIsReachedAlready() {
        first.waitFor(Recording.reached());
        first.enqueue(say("a"));
        runners.remove().run();

        assertThat(log).containsExactly("a");
        assertThat(runners).isEmpty();
    }

    @Test
    void shouldNotWaitForItselfWhenItWaitsForOwnRecording() {
        first.enqueue(say("a"));
        first.waitFor(first.mark());
        first.enqueue(say("b"));
        runners.remove().run();

        assertThat(log).containsExactly("a", "b");
    }

    @Test
    void shouldCrossWithoutDeadlockWhenTwoStreamsWaitForEachOther() {
        first.enqueue(say("1"));
        second.enqueue(say("2"));
        Recording one = first.mark();
        Recording two = second.mark();
        first.waitFor(two);
        second.waitFor(one);
        first.enqueue(say("1 after 2"));
        second.enqueue(say("2 after 1"));
        while (!runners.isEmpty()) {
            runners.remove().run();
        }

        assertThat(log).containsExactly("1", "2", "2 after 1", "1 after 2");
    }

    @Test
    void shouldDropWorkAndReachRecordingsWhenWorkThrows() {
        first.enqueue(TestWork.failure("broken"));
        first.enqueue(say("never"));
        Recording recording = first.mark();
        runners.remove().run();

        assertThat(log).isEmpty();
        assertThat(first.state()).isEqualTo(StreamState.LOST);
        assertThat(recording.isReached()).isTrue();
        assertThatExceptionOfType(DriverException.class)
                .isThrownBy(recording::isComplete)
                .withMessageContaining("failure(test) failed")
                .withMessageContaining("broken")
                .withCauseInstanceOf(IllegalStateException.class);
        assertThatExceptionOfType(DriverException.class).isThrownBy(() -> recording.await(0));
        assertThatExceptionOfType(DriverException.class).isThrownBy(first::mark);
        assertThatExceptionOfType(DriverException.class).isThrownBy(() -> first.enqueue(say("never")));
        assertThat(first.end().isReached()).isTrue();
    }

    @Test
    void shouldBeLostTooWhenItWaitsForLostStream() {
        second.enqueue(TestWork.failure("broken"));
        first.waitFor(second.mark());
        first.enqueue(say("never"));
        Recording end = first.mark();
        Runnable runnerOfSecond = runners.remove();
        runners.remove().run();
        runnerOfSecond.run();
        runners.remove().run();

        assertThat(first.state()).isEqualTo(StreamState.LOST);
        assertThat(log).isEmpty();
        assertThatExceptionOfType(DriverException.class)
                .isThrownBy(end::isComplete)
                .withMessageContaining("broken");
    }

    @Test
    void shouldBeLostWhenNoRunnerCanBeHad() {
        CpuStream stream = new CpuStream(runner -> {
            throw new RejectedExecutionException("no threads");
        });
        stream.enqueue(say("never"));

        assertThat(log).isEmpty();
        assertThat(stream.state()).isEqualTo(StreamState.LOST);
        assertThat(stream.end().isReached()).isTrue();
    }
}
