package dev.quarry.internal.pool;

import dev.quarry.Allocation;
import dev.quarry.internal.segment.Block;
import java.lang.ref.PhantomReference;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one watched handle, and told when the garbage collector has taken it.
 *
 * <p>It holds all that a free needs but the handle, which could not be collected otherwise. A view of the handle keeps the
 * handle reachable, and so does whatever else the handle's memory can be reached through in Java.
 */
final class Watch extends PhantomReference<PooledAllocation> {
    private final Block block;
    private final long bytes;
    private final Domain domain;
    private final Attachments attached;

    /** Whether the memory comes back when the handle is lost, as the option said when the handle was made. */
    private final boolean reclaims;

    /** There are views that do not keep the handle. */
    private volatile boolean pinned;

    /** Links in a {@link WatchList}, guarded by it. */
    private @Nullable Watch previous;

    private @Nullable Watch next;

    Watch(PooledAllocation allocation, Attachments attached, boolean reclaims) {
        super(allocation, Reaper.QUEUE);
        this.block = allocation.block();
        this.bytes = allocation.byteSize();
        this.domain = allocation.domain();
        this.attached = attached;
        this.reclaims = reclaims;
    }

    Block block() {
        return block;
    }

    /** Returns the bytes asked for. */
    long bytes() {
        return bytes;
    }

    /** Returns the order in which the memory was allocated. */
    Domain domain() {
        return domain;
    }

    /** Returns what the handle had beside the block: streams that use it, a child pool, its place. */
    Attachments attached() {
        return attached;
    }

    /** Returns whether the memory comes back when the handle is lost: views must keep it then. */
    boolean reclaims() {
        return reclaims && !pinned;
    }

    /** Leaves the memory alone for ever: a view exists that does not keep the handle reachable. */
    void pin() {
        pinned = true;
    }

    /**
     * Treats a handle as lost, as if the garbage collector had taken it: for tests.
     *
     * @return whether its memory comes back
     */
    static boolean lose(Allocation allocation) {
        Attachments attached = allocation instanceof PooledAllocation pooled ? pooled.attached() : null;
        Watch watch = attached == null ? null : attached.watch();
        if (watch == null || !watch.reclaims()) {
            return false;
        }
        watch.clear();
        watch.lose();
        Reaper.wake();
        return true;
    }

    /** The handle is closed, or nobody got it: all is well. The caller keeps the handle reachable meanwhile. */
    void end() {
        leaks().forget(this);
        clear();
    }

    /** The garbage collector has taken the handle. Called once. */
    void lose() {
        leaks().lost(this);
    }

    Leaks leaks() {
        return domain.pool().core().leaks();
    }

    @Nullable
    Watch previous() {
        return previous;
    }

    @Nullable
    Watch next() {
        return next;
    }

    void setPrevious(@Nullable Watch watch) {
        previous = watch;
    }

    void setNext(@Nullable Watch watch) {
        next = watch;
    }
}
