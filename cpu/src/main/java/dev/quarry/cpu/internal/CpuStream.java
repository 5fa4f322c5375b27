package dev.quarry.cpu.internal;

import dev.quarry.StreamState;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * A stream is a queue with at most one runner. The first work put into an idle stream asks the executor for a thread,
 * which runs the queue in order until it is empty, and leaves: an idle stream has no thread.
 *
 * A stream that waits for an event has none either. Its runner leaves the rest of the queue behind, and a callback with
 * the recording; whoever reaches the recording asks for the next runner. So waiting streams cannot use up threads.
 *
 * Streams cannot wait for one another in a circle: a wait names a recording that stood in its queue before the wait
 * stood in its own, and "before" does not run in circles.
 *
 * A stream whose work threw is lost. It drops all work that is left and reaches its recordings with the failure, and a
 * stream that waits for one of those is lost with it. So nobody waits for ever, and no work runs on bytes that another
 * piece of work failed to write.
 */

/** A queue of work that runs in order, and needs a thread only while there is some that can run. Thread-safe. */
final class CpuStream implements Runnable {
    private final Executor runners;
    private final ReentrantLock lock = new ReentrantLock();

    /** What is still to be run. Guarded by {@link #lock}, as all below. */
    private final Queue<Work> queue = new ArrayDeque<>();

    /** What was taken from the queue last, until the next look at the queue. */
    private @Nullable Work current;

    /** Whether somebody will empty the queue: a runner, or a recording that brings one when it is reached. */
    private boolean active;

    /** Why the stream is lost; the first failure stays. */
    private Optional<StreamFailure> failure = Optional.empty();

    private sealed interface Work {
        /** Something to do. */
        record Action(StreamWork body) implements Work {}

        /** A point that somebody may wait for. */
        record Mark(Recording recording) implements Work {}

        /** A wait for a point in another queue. */
        record Wait(Recording recording) implements Work {}
    }

    CpuStream(Executor runners) {
        this.runners = runners;
    }

    /**
     * Puts work at the end of the queue.
     *
     * @throws dev.quarry.spi.DriverException if the stream is lost
     */
    void enqueue(StreamWork body) {
        add(new Work.Action(body));
    }

    /**
     * Puts a wait for a recording at the end of the queue.
     *
     * @throws dev.quarry.spi.DriverException if the stream is lost
     */
    void waitFor(Recording recording) {
        add(new Work.Wait(recording));
    }

    /**
     * Marks the end of the queue.
     *
     * @throws dev.quarry.spi.DriverException if the stream is lost
     */
    Recording mark() {
        lock.lock();
        try {
            checkNotLost();
            return end();
        } finally {
            lock.unlock();
        }
    }

    /** Marks the end of the queue, even if the stream is lost. */
    Recording end() {
        Recording recording = new Recording();
        lock.lock();
        try {
            if (isDone()) {
                recording.reach(failure);
            } else {
                queue.add(new Work.Mark(recording));
            }
            return recording;
        } finally {
            lock.unlock();
        }
    }

    /** Returns lost, running (also while it waits), or idle. */
    StreamState state() {
        lock.lock();
        try {
            if (failure.isPresent()) {
                return StreamState.LOST;
            }
            return isDone() ? StreamState.IDLE : StreamState.RUNNING;
        } finally {
            lock.unlock();
        }
    }

    /** Runs the queue until it is empty or has to wait. Called by {@link #runners}, one thread at a time. */
    @Override
    public void run() {
        boolean goesOn = true;
        for (Work work = next(); work != null; work = goesOn ? next() : null) {
            switch (work) {
                case Work.Action action -> perform(action.body);
                case Work.Mark mark -> mark.recording.reach(failure());
                case Work.Wait wait -> goesOn = pass(wait.recording);
            }
        }
    }

    private void add(Work work) {
        boolean first;
        lock.lock();
        try {
            checkNotLost();
            queue.add(work);
            first = !active;
            active = true;
        } finally {
            lock.unlock();
        }
        if (first) {
            start();
        }
    }

    private void start() {
        try {
            runners.execute(this);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            fail(new StreamFailure("execute", "a stream's runner", e));
            // Runs no work any more, but reaches the recordings.
            run();
        }
    }

    private @Nullable Work next() {
        lock.lock();
        try {
            current = queue.poll();
            active = current != null;
            return current;
        } finally {
            lock.unlock();
        }
    }

    private void perform(StreamWork body) {
        if (failure().isEmpty()) {
            try {
                body.run();
            } catch (Throwable t) {
                fail(new StreamFailure(body.function(), body.arguments(), t));
            }
        }
    }

    /** Waits without a thread; returns whether the present runner goes on. */
    private boolean pass(Recording recording) {
        if (failure().isPresent()) {
            return true;
        }
        if (recording.isReached()) {
            recording.whenReached(outcome -> outcome.ifPresent(this::fail));
            return true;
        }
        recording.whenReached(outcome -> {
            outcome.ifPresent(this::fail);
            start();
        });
        return false;
    }

    private void fail(StreamFailure reason) {
        lock.lock();
        try {
            if (failure.isEmpty()) {
                failure = Optional.of(reason);
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<StreamFailure> failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /** Called with the lock held. A mark is done as soon as those who wait for it can see it. */
    private boolean isDone() {
        boolean currentDone = current == null || (current instanceof Work.Mark mark && mark.recording.isReached());
        return currentDone && queue.isEmpty();
    }

    /** Called with the lock held. */
    private void checkNotLost() {
        if (failure.isPresent()) {
            throw failure.get().toException();
        }
    }
}
