package dev.quarry.internal.account;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A node in a tree of byte accounts: what is charged here within a reservation stays here, the rest is charged to the
 * parent too. No limit is ever exceeded, at any node, at any moment. Thread-safe.
 */
public final class Account {
    /** Guards all nodes of a tree: charges are rare (growth) or belong to child pools, and a chain must move at once. */
    private final ReentrantLock lock;

    private final String name;
    private final Account parent;
    private long limit;
    private long reservation;
    private long charged;
    private long peak;
    private boolean closed;

    /** Makes a root. */
    @SuppressWarnings("ThisEscapedInObjectConstruction")
    public Account(String name, long limit) {
        this.name = name;
        this.limit = limit;
        this.lock = new ReentrantLock();
        this.parent = this;
    }

    private Account(String name, Account parent, long limit) {
        this.name = name;
        this.parent = parent;
        this.lock = parent.lock;
        this.limit = limit;
    }

    /** Returns the name. */
    public String name() {
        return name;
    }

    /** Makes a child without a reservation. */
    public Account child(String childName, long childLimit) {
        return new Account(childName, this, childLimit);
    }

    /**
     * Charges bytes to this node and, beyond reservations, to those above.
     *
     * @return whether all limits allowed it; nothing has changed where they did not
     */
    public boolean charge(long bytes) {
        lock.lock();
        try {
            if (refusing(bytes) != null) {
                return false;
            }
            apply(bytes);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a charge back. */
    public void release(long bytes) {
        lock.lock();
        try {
            assert bytes <= charged : name + ": " + bytes + " released of " + charged;
            apply(-bytes);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Keeps bytes of the parent for this node; called before anything is charged.
     *
     * @return whether the limits above allowed it
     */
    public boolean reserve(long bytes) {
        lock.lock();
        try {
            if (parent != this && !parent.charge(bytes)) {
                return false;
            }
            reservation = bytes;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives the reservation and what is still charged back to the parent, which has done so itself where it was closed. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (parent != this && !parent.closed) {
                parent.release(Math.max(charged, reservation));
            }
            charged = 0;
            reservation = 0;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the nearest node, from here up, whose limit refuses some bytes now; {@code null} if none does. */
    public @Nullable Account refusal(long bytes) {
        lock.lock();
        try {
            return refusing(bytes);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the bytes that could be charged now, as far as this node and those above know; negative where a limit was
     * lowered below what is charged.
     */
    public long available() {
        lock.lock();
        try {
            long above = parent == this ? Long.MAX_VALUE : parent.available();
            long within = Math.max(0, reservation - charged);
            // What lies within the reservation needs nothing from above, whatever is missing there.
            long beyond = within > 0 ? Math.max(0, above) : above;
            return Math.min(limit - charged, beyond > Long.MAX_VALUE - within ? beyond : beyond + within);
        } finally {
            lock.unlock();
        }
    }

    /** Changes the limit; what is charged above it stays. */
    public void setLimit(long bytes) {
        lock.lock();
        try {
            limit = bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the limit. */
    public long limit() {
        lock.lock();
        try {
            return limit;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the bytes charged. */
    public long charged() {
        lock.lock();
        try {
            return charged;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the greatest number of bytes charged so far. */
    public long peak() {
        lock.lock();
        try {
            return peak;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Account refusing(long bytes) {
        if (bytes > limit - charged) {
            return this;
        }
        long above = beyondReservation(charged + bytes) - beyondReservation(charged);
        return parent == this || above == 0 ? null : parent.refusing(above);
    }

    private void apply(long bytes) {
        long above = beyondReservation(charged + bytes) - beyondReservation(charged);
        charged += bytes;
        peak = Math.max(peak, charged);
        if (parent != this && above != 0) {
            parent.apply(above);
        }
    }

    private long beyondReservation(long bytes) {
        return Math.max(0, bytes - reservation);
    }
}
