package dev.quarry.internal.pool;

import dev.quarry.MemoryPool;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds allocations that were never closed: of those that are watched, it notices when the garbage collector takes the
 * handle. One in some thousands is watched, which costs next to nothing and finds what leaks often. Thread-safe.
 */
final class Leaks {
    private final PoolCore core;
    private final AtomicLong found = new AtomicLong();

    Leaks(PoolCore core) {
        this.core = core;
    }

    /** Returns the number of watched handles that were lost without a close. */
    long found() {
        return found.get();
    }

    /** Watches an allocation's handle; the result is told when it is closed. */
    Watch watch(PooledAllocation allocation, @Nullable String place) {
        Watch watch = new Watch(this, describe(allocation), place);
        watch.registration = Reaper.CLEANER.register(allocation, watch);
        return watch;
    }

    /** Says what would be lost: a child pool's name and a tag, where there are. */
    String describe(PooledAllocation allocation) {
        String tag = core.tags().given(allocation.block().tag());
        MemoryPool pool = allocation.pool();
        return "an allocation of " + allocation.byteSize() + " bytes"
                + (tag == null ? "" : ", tagged \"" + tag + "\"")
                + (pool instanceof ChildPool ? ", in child pool \"" + pool.name() + "\"" : "");
    }

    private void report(String what, @Nullable String place) {
        found.incrementAndGet();
        core.log("leak: " + what + ", made at " + place + ", was never closed, and its handle is lost");
    }

    /** Cleans up after lost handles on one thread of the process, started with the first watched allocation. */
    private static final class Reaper {
        static final Cleaner CLEANER = Cleaner.create(task -> {
            Thread thread = new Thread(task, "quarry-leaks");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** One watched handle. Knows nothing of the handle itself, which could not be collected otherwise. */
    static final class Watch implements Runnable {
        private final Leaks leaks;
        private final String what;
        private final @Nullable String place;
        private volatile boolean closed;
        private Cleaner.@Nullable Cleanable registration;

        private Watch(Leaks leaks, String what, @Nullable String place) {
            this.leaks = leaks;
            this.what = what;
            this.place = place;
        }

        /** The allocation was closed: all is well. */
        void close() {
            closed = true;
            Cleaner.Cleanable cleanable = registration;
            if (cleanable != null) {
                cleanable.clean();
            }
        }

        /** The handle is gone, or the registration ends. */
        @Override
        public void run() {
            if (!closed) {
                leaks.report(what, place);
            }
        }
    }
}
