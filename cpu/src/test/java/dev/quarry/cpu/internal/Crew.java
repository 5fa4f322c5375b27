package dev.quarry.cpu.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;

/** Platform and virtual threads that start together; what one of them throws fails the test. */
final class Crew {
    private Crew() {}

    static void run(int platform, int virtual, IntConsumer work) throws InterruptedException {
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < platform + virtual; i++) {
            int worker = i;
            Runnable body = () -> {
                try {
                    start.await();
                    work.accept(worker);
                } catch (Throwable t) {
                    failures.add(t);
                }
            };
            threads.add(
                    i < platform
                            ? Thread.ofPlatform().start(body)
                            : Thread.ofVirtual().start(body));
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            AssertionError all = new AssertionError(failures.size() + " workers failed");
            failures.forEach(all::addSuppressed);
            throw all;
        }
    }
}
