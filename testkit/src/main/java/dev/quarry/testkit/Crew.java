package dev.quarry.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Threads that begin together and are waited for. */
final class Crew {
    /** After this many seconds a test counts as hanging. */
    private static final long HANGING_SECONDS = 60;

    private Crew() {}

    /** What a member does. */
    @FunctionalInterface
    interface Task {
        /** Works; what it throws fails the test. */
        void run() throws Exception;
    }

    /** Runs tasks, each on a thread of its own, and throws what one of them threw. */
    static void run(List<? extends Task> tasks) {
        CountDownLatch begin = new CountDownLatch(1);
        List<Future<?>> results = new ArrayList<>();
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory())) {
            for (Task task : tasks) {
                results.add(threads.submit(() -> {
                    begin.await();
                    task.run();
                    return null;
                }));
            }
            begin.countDown();
            for (Future<?> result : results) {
                get(result);
            }
        }
    }

    /** Runs a task on another thread, and throws what it threw. */
    static void elsewhere(Task task) {
        run(List.of(task));
    }

    /** Waits until a thread waits for something. */
    static void untilWaiting(Thread thread) {
        long begin = System.nanoTime();
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            if (!thread.isAlive() || System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(HANGING_SECONDS)) {
                throw new AssertionError(thread + " does not wait, its state is " + thread.getState());
            }
            Thread.onSpinWait();
        }
    }

    private static void get(Future<?> result) {
        try {
            result.get(HANGING_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("a thread failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("a thread hangs", e);
        } catch (InterruptedException e) {
            throw new AssertionError("the test was interrupted", e);
        }
    }
}
