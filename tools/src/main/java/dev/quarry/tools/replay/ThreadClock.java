package dev.quarry.tools.replay;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** The present thread's CPU time, wall time and heap allocation, from one moment to another. Not thread-safe. */
final class ThreadClock {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long startWall;
    private long startCpu;
    private long startBytes;
    private long endWall;
    private long endCpu;
    private long endBytes;

    void start() {
        startBytes = THREADS.getCurrentThreadAllocatedBytes();
        startCpu = THREADS.getCurrentThreadCpuTime();
        startWall = System.nanoTime();
    }

    void stop() {
        endWall = System.nanoTime();
        endCpu = THREADS.getCurrentThreadCpuTime();
        endBytes = THREADS.getCurrentThreadAllocatedBytes();
    }

    long startWall() {
        return startWall;
    }

    long endWall() {
        return endWall;
    }

    long wallNanos() {
        return endWall - startWall;
    }

    long cpuNanos() {
        return endCpu - startCpu;
    }

    long bytes() {
        return endBytes - startBytes;
    }
}
