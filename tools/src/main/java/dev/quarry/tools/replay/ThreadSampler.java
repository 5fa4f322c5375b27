package dev.quarry.tools.replay;

import dev.quarry.tools.io.WorkFailedException;
import dev.quarry.trace.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Samples of several threads that replay the same trace at the same time, each with an engine of its own.
 *
 * <p>The threads live as long as the sampler. For each sample they pass the barrier {@code begin}, spin until all are awake,
 * replay, and pass the barrier {@code end}; the barriers carry the fields of {@link Worker} over.
 */
final class ThreadSampler implements Sampler {
    private final int allocations;
    private final List<Worker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CyclicBarrier begin;
    private final CyclicBarrier end;
    private final AtomicInteger awake = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private long replays;
    private boolean stopped;

    ThreadSampler(Target target, Trace trace, int count) {
        this.allocations = trace.allocations();
        this.begin = new CyclicBarrier(count + 1);
        this.end = new CyclicBarrier(count + 1);
        for (int i = 0; i < count; i++) {
            workers.add(new Worker(target.engineOfThread(trace)));
        }
        for (Worker worker : workers) {
            threads.add(Thread.ofPlatform().daemon().name("replay").start(worker));
        }
    }

    @Override
    public Sample sample(long count) {
        replays = count;
        awake.set(0);
        pass(begin);
        pass(end);
        Throwable failed = failure.get();
        if (failed instanceof WorkFailedException expected) {
            throw expected;
        }
        if (failed != null) {
            throw new IllegalStateException("a replaying thread failed", failed);
        }
        double each = (double) count * allocations;
        long started = times(worker -> worker.clock.startWall()).min().orElseThrow();
        long ended = times(worker -> worker.clock.endWall()).max().orElseThrow();
        return new Sample(
                times(worker -> worker.clock.wallNanos()).min().orElseThrow(),
                times(worker -> worker.clock.cpuNanos()).average().orElseThrow() / each,
                times(worker -> worker.clock.wallNanos()).average().orElseThrow() / each,
                (ended - started) / (each * workers.size()),
                times(worker -> worker.clock.bytes()).average().orElseThrow() / each);
    }

    private LongStream times(ToLongFunction<Worker> time) {
        return workers.stream().mapToLong(time);
    }

    @Override
    public void close() {
        stopped = true;
        pass(begin);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pass(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException("the measurement was interrupted", e);
        }
    }

    /** What one thread does, and what it measured last. */
    private final class Worker implements Runnable {
        private final Engine engine;
        private final ThreadClock clock = new ThreadClock();

        Worker(Engine engine) {
            this.engine = engine;
        }

        @Override
        public void run() {
            try (engine) {
                pass(begin);
                while (!stopped) {
                    replay();
                    pass(end);
                    pass(begin);
                }
            }
        }

        private void replay() {
            engine.renew();
            awake.incrementAndGet();
            while (awake.get() < workers.size()) {
                Thread.onSpinWait();
            }
            clock.start();
            try {
                for (long i = 0; i < replays; i++) {
                    engine.replay();
                }
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
            clock.stop();
        }
    }
}
