package dev.quarry.cpu.internal;

import java.util.concurrent.CountDownLatch;

/** Work of a test's own on a stream. */
record TestWork(String function, Runnable body) implements StreamWork {
    @Override
    public String arguments() {
        return "test";
    }

    @Override
    public void run() {
        body.run();
    }

    /** Work that holds its stream up until a latch opens. */
    static StreamWork gate(CountDownLatch latch) {
        return new TestWork("gate", () -> {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Work that throws. */
    static StreamWork failure(String message) {
        return new TestWork("failure", () -> {
            throw new IllegalStateException(message);
        });
    }
}
