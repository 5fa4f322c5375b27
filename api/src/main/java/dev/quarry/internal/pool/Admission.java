package dev.quarry.internal.pool;

import dev.quarry.Allocation;
import dev.quarry.internal.account.Account;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The queue of those who wait for memory: served in the order of arrival, woken by frees.
 *
 * <p>The one in front tries again after each free, and now and then without one, since memory also comes free when a
 * device completes its work, and when other pools and processes give theirs back. Nobody overtakes it, with one exception:
 * one that only the limit of its child pool holds back lets those pass that this limit does not bind.
 */
final class Admission {
    /** The time after which somebody who waits looks again, woken or not. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Turn> queue = new ArrayDeque<>();
    private final long retryNanos;
    private long frees;

    /** The queue's length: read by every free, written under the lock. */
    private volatile int waiting;

    /** One who waits, and what was in the way at the last look; guarded by the lock. */
    private static final class Turn {
        private final Account account;
        private @Nullable Account heldBy;

        Turn(Account account) {
            this.account = account;
        }

        /** Returns whether another one, that came later, may try before this one is served. */
        boolean letsPass(Turn later) {
            return heldBy != null && !later.account.isWithin(heldBy);
        }
    }

    Admission(LongSupplier clock) {
        this(clock, RETRY_NANOS);
    }

    /** Makes one with another time between two looks. */
    Admission(LongSupplier clock, long retryNanos) {
        this.clock = clock;
        this.retryNanos = retryNanos;
    }

    /** Returns whether somebody waits. */
    boolean isAwaited() {
        return waiting != 0;
    }

    /** Wakes those who wait: bytes came free. */
    void signal() {
        lock.lock();
        try {
            frees++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for its turn, then tries until it gets something or the time is over.
     *
     * @param account what limits the one who asks
     * @param refusing tells after a failed attempt whose limit is in the way; {@code null} if it is memory that lacks
     * @return what the attempt returned, or {@code null} after the time
     */
    @Nullable
    Allocation acquire(
            Account account,
            Function<Effort, ? extends @Nullable Allocation> attempt,
            Supplier<@Nullable Account> refusing,
            Duration atMost)
            throws InterruptedException {
        Turn turn = new Turn(account);
        Effort effort = Effort.HANDLER; // the user's handler once, before waiting
        long deadline = clock.getAsLong() + TimeUnit.NANOSECONDS.convert(atMost);
        lock.lock();
        try {
            queue.addLast(turn);
            waiting = queue.size();
            while (true) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while waiting for memory");
                }
                long seen = frees;
                if (isNext(turn)) {
                    // Short waits for the device: what others free, an interrupt, and the deadline end this one.
                    long most = Math.min(deadline - clock.getAsLong(), retryNanos);
                    Allocation allocation = tryOutside(attempt, effort.within(most));
                    effort = Effort.LADDER;
                    if (allocation != null) {
                        return allocation;
                    }
                    noteHeld(turn, refusing.get());
                }
                long left = deadline - clock.getAsLong();
                if (left <= 0) {
                    return null;
                }
                if (seen == frees) {
                    changed.awaitNanos(Math.min(left, retryNanos));
                }
            }
        } finally {
            queue.remove(turn);
            waiting = queue.size();
            changed.signalAll();
            lock.unlock();
        }
    }

    /**
     * Tries at once if nobody waits, else waits on a virtual thread. What arrives after a cancellation is closed.
     *
     * @param attempt takes what is there at once, or returns {@code null}
     * @param waiter waits and throws at last
     */
    CompletableFuture<Allocation> acquireAsync(
            Supplier<? extends @Nullable Allocation> attempt, Callable<? extends Allocation> waiter) {
        CompletableFuture<Allocation> future = new CompletableFuture<>();
        Allocation at = waiting == 0 ? attempt.get() : null;
        if (at != null) {
            future.complete(at);
            return future;
        }
        Thread thread = Thread.ofVirtual().name("quarry-allocate").unstarted(() -> {
            if (future.isDone()) {
                return;
            }
            try {
                Allocation allocation = waiter.call();
                if (!future.complete(allocation)) {
                    allocation.close();
                }
            } catch (Throwable e) {
                future.completeExceptionally(e);
            }
        });
        CompletableFuture<Allocation> _ = future.whenComplete((allocation, failure) -> {
            if (future.isCancelled()) {
                thread.interrupt();
            }
        });
        thread.start();
        return future;
    }

    private boolean isNext(Turn turn) {
        for (Turn earlier : queue) {
            if (earlier == turn) {
                return true;
            }
            if (!earlier.letsPass(turn)) {
                return false;
            }
        }
        return false;
    }

    private void noteHeld(Turn turn, @Nullable Account by) {
        if (turn.heldBy != by) {
            turn.heldBy = by;
            changed.signalAll(); // others may pass now
        }
    }

    private @Nullable Allocation tryOutside(Function<Effort, ? extends @Nullable Allocation> attempt, Effort effort) {
        lock.unlock();
        try {
            return attempt.apply(effort);
        } finally {
            lock.lock();
        }
    }
}
