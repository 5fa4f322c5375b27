package dev.quarry.internal.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock that is held for moments: one compare-and-set to take, one plain release to give back.
 *
 * <p>A general lock must wake whoever waits, and to learn whether somebody does costs its holder a second atomic
 * operation. Here those who wait look again by themselves: first at once, then after naps, so that a holder whose thread
 * was preempted gets the processor. Nobody waits for long, as no holder calls a driver or user code.
 * Not reentrant. Works on virtual threads: naps unmount them.
 */
final class PoolLock {
    private static final VarHandle HELD;

    static {
        try {
            HELD = MethodHandles.lookup().findVarHandle(PoolLock.class, "held", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int SPINS = 128;
    private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(5);

    @SuppressWarnings("UnusedVariable") // through HELD
    private boolean held;

    /** Takes the lock if nobody holds it. */
    boolean tryLock() {
        return HELD.compareAndSet(this, false, true);
    }

    /** Takes the lock; an interrupt meanwhile is kept for later. */
    void lock() {
        if (!tryLock()) {
            lockSlowly();
        }
    }

    /** Gives the lock back; only its holder may. */
    void unlock() {
        HELD.setRelease(this, false);
    }

    /** Returns whether anybody holds the lock, for assertions. */
    boolean isHeld() {
        return (boolean) HELD.getAcquire(this);
    }

    private void lockSlowly() {
        boolean interrupted = false;
        for (int attempt = 0; isHeld() || !tryLock(); attempt++) {
            if (attempt < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(NAP_NANOS);
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
