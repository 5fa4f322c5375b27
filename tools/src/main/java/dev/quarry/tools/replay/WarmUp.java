package dev.quarry.tools.replay;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * The time until code runs as fast as it will: two seconds, and on until the compiler has finished nothing for half a
 * second, but no longer than ten. Where other work starves the compiler, two seconds alone were seen to end too early.
 */
final class WarmUp {
    private static final long LEAST_NANOS = 2_000_000_000L;
    private static final long QUIET_NANOS = 500_000_000L;
    private static final long MOST_NANOS = 10_000_000_000L;

    private static final int GARBAGE_BYTES = 1 << 16;
    private static final int MOST_ROUNDS = 4;

    @SuppressWarnings("UnusedVariable") // written so that the garbage is really made
    private static volatile byte @Nullable [] garbage;

    private final @Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    private final long start = System.nanoTime();
    private long lastCompilation = start;
    private long compilationMillis = -1;

    /** Returns whether it is over; asked again and again while the code runs. */
    boolean isOver() {
        long now = System.nanoTime();
        if (compiler != null && compiler.isCompilationTimeMonitoringSupported()) {
            long millis = compiler.getTotalCompilationTime();
            if (millis != compilationMillis) {
                compilationMillis = millis;
                lastCompilation = now;
            }
        }
        return now - start >= MOST_NANOS || (now - start >= LEAST_NANOS && now - lastCompilation >= QUIET_NANOS);
    }

    /**
     * Fills the Java heap with garbage until it grows no more. The first write to a page of the heap costs as much as a
     * hundred allocations, which would be charged to the samples that happen to reach new pages.
     */
    static void touchHeap() {
        long heap = 0;
        for (int i = 0; i < MOST_ROUNDS && Runtime.getRuntime().totalMemory() > heap; i++) {
            heap = Runtime.getRuntime().totalMemory();
            for (long made = 0; made < heap; made += GARBAGE_BYTES) {
                garbage = new byte[GARBAGE_BYTES];
            }
        }
        garbage = null;
    }
}
