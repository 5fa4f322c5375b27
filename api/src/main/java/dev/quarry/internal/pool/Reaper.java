package dev.quarry.internal.pool;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Takes note of the handles that the garbage collector has taken, for all pools of the process.
 *
 * <p>Any thread may take note, which takes moments and calls nobody: whoever runs short of memory does not wait for another
 * thread. Reports are written by one thread, the daemon {@code quarry-leaks}, which holds no lock meanwhile, since a
 * logger's handler may do what it likes. It starts with the first watched handle.
 */
final class Reaper {
    /** Where the collector puts the watches of the handles that it took. */
    static final ReferenceQueue<Object> QUEUE = new ReferenceQueue<>();

    /** Holds what holds the watches: a pool that nobody knows any more reports its lost handles all the same. */
    private static final Set<Leaks> WATCHING = ConcurrentHashMap.newKeySet();

    private static final ConcurrentLinkedQueue<Report> REPORTS = new ConcurrentLinkedQueue<>();

    /** A loss, noted and not reported yet. */
    private record Report(Leaks leaks, String what) {}

    private Reaper() {}

    /** Starts the thread when this class is first asked for. */
    private static final class Starter {
        static final Thread THREAD =
                Thread.ofPlatform().daemon().name("quarry-leaks").start(Reaper::run);
    }

    /** Holds a pool's watches from now on, and listens for them. */
    static void hold(Leaks leaks) {
        if (Starter.THREAD.isAlive()) {
            WATCHING.add(leaks);
        }
    }

    /** Holds a pool's watches no more: its memory is gone. */
    static void release(Leaks leaks) {
        WATCHING.remove(leaks);
    }

    /** Takes note of what the collector has found so far. Never blocks. */
    static void sweep() {
        Reference<?> found = QUEUE.poll();
        if (found != null) {
            for (; found != null; found = QUEUE.poll()) {
                note(found);
            }
            wake();
        }
    }

    /** Lets the thread look for reports. */
    static void wake() {
        new PhantomReference<>(REPORTS, QUEUE).enqueue();
    }

    /** Lets the thread report a loss. */
    static void report(Leaks leaks, String what) {
        REPORTS.add(new Report(leaks, what));
    }

    private static void run() {
        while (true) {
            try {
                note(QUEUE.remove());
                for (Report report = REPORTS.poll(); report != null; report = REPORTS.poll()) {
                    report.leaks().report(report.what());
                }
            } catch (InterruptedException e) {
                // Nobody has a reason to; it goes on.
            } catch (RuntimeException | Error e) {
                // A logger's handler failed, or memory is short: the next report may work.
                Thread.onSpinWait();
            }
        }
    }

    private static void note(Reference<?> found) {
        if (found instanceof Watch watch) {
            watch.lose();
        }
    }
}
