package dev.quarry.examples;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.ByteSize;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;

/** What the library says when a buffer is closed twice, used after its close, never closed, or lost. */
public final class LeakReport {
    /** The same as {@code -Dquarry.pool.track-places=true}, for all pools of a program that cannot be changed. */
    static final PoolOptions OPTIONS =
            PoolOptions.builder().name("tracked").trackPlaces(true).build();

    /** Watches every handle, and not one in 4096: cheap enough for tests, and for finding a leak that is known to be there. */
    static final PoolOptions WATCHED =
            PoolOptions.builder().name("watched").leakSampling(1).build();

    /** Where leaks are reported. Held, since a logger that nobody holds loses its filter. */
    private static final Logger REPORTS = Logger.getLogger("dev.quarry.pool");

    private LeakReport() {}

    /** Runs the example on memory of the host. */
    public static void main(String[] arguments) throws InterruptedException {
        try (Quarry quarry = Quarry.open()) {
            MemoryPool pool = quarry.openPool(quarry.device("cpu:0"), MemoryKind.HOST, OPTIONS);
            closedTwice(pool);
            usedAfterClose(pool);
            neverClosed(pool);
            lost(quarry.openPool(quarry.device("cpu:0"), MemoryKind.HOST, WATCHED));
        }
    }

    static void closedTwice(MemoryPool pool) {
        Allocation buffer = pool.allocate(ByteSize.kib(4));
        buffer.close();
        try {
            buffer.close();
        } catch (IllegalStateException e) {
            System.out.println("closed twice: " + e.getMessage());
        }
    }

    static void usedAfterClose(MemoryPool pool) {
        Allocation buffer = pool.allocate(ByteSize.kib(4));
        MemorySegment view = buffer.segment();
        buffer.close();
        try {
            view.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        } catch (IllegalStateException e) {
            System.out.println("used after close: " + e.getMessage());
        }
    }

    /** Closes the pool under an open buffer: the log tells, and nothing crashes. */
    static void neverClosed(MemoryPool pool) {
        Allocation forgotten =
                pool.allocate(AllocationRequest.of(ByteSize.kib(64)).tagged("session"));
        System.out.println("still open: " + pool.statistics().allocations().current());
        pool.close();
        forgotten.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        System.out.println("usable after the pool's close: " + forgotten.isOpen());
        forgotten.close();
        System.out.println("still open: " + pool.statistics().allocations().current());
    }

    /** Loses a handle: once the garbage collector has taken it, the log tells where it came from. */
    static void lost(MemoryPool pool) throws InterruptedException {
        CountDownLatch reported = new CountDownLatch(1);
        REPORTS.setFilter(report -> {
            System.out.println(Thread.currentThread().getName() + ": " + report.getMessage());
            reported.countDown();
            return false;
        });
        try {
            lose(pool);
            for (int i = 0; i < 200 && !reported.await(50, TimeUnit.MILLISECONDS); i++) {
                System.gc();
            }
        } finally {
            REPORTS.setFilter(null);
        }
        System.out.println("came back: " + ByteSize.format(pool.collect()));
    }

    private static void lose(MemoryPool pool) {
        pool.allocate(ByteSize.kib(4));
    }
}
