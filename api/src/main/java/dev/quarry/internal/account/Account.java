package dev.quarry.internal.account;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A node in a tree of byte accounts: what is charged here within a reservation stays here, the rest is charged to the
 * parent too. No limit is ever exceeded, at any node, at any moment. Thread-safe.
 */
public final class Account {
    /** What {@link #resizeThrough} returns where a limit refused. */
    public static final long REFUSED = Long.MIN_VALUE;

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
        return chargeThrough(bytes) >= 0;
    }

    /**
     * Charges as {@link #charge}.
     *
     * @return the bytes that were charged to the root, since no reservation covered them; -1 if a limit refused
     */
    public long chargeThrough(long bytes) {
        lock.lock();
        try {
            return refusing(bytes) == null ? apply(bytes) : -1;
        } finally {
            lock.unlock();
        }
    }

    /** Returns what {@link #chargeThrough} would return now, and changes nothing. */
    public long reach(long bytes) {
        lock.lock();
        try {
            return refusing(bytes) == null ? reachOf(bytes) : -1;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a charge back.
     *
     * @return the bytes taken back from the root
     */
    public long release(long bytes) {
        lock.lock();
        try {
            assert bytes <= charged : name + ": " + bytes + " released of " + charged;
            return -apply(-bytes);
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
        return resizeThrough(bytes, limit()) != REFUSED;
    }

    /**
     * Changes what is kept of the parent for this node, and the limit; what is charged above the limit stays.
     *
     * @return by how much the root's charge grew, negative where it fell; {@link #REFUSED} if a limit above refused the
     *     reservation, and nothing has changed then
     */
    public long resizeThrough(long reserved, long most) {
        lock.lock();
        try {
            long more = Math.max(charged, reserved) - Math.max(charged, reservation);
            if (parent != this && more > 0 && parent.refusing(more) != null) {
                return REFUSED;
            }
            reservation = reserved;
            limit = most;
            return parent == this || more == 0 ? 0 : parent.apply(more);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives the reservation and what is still charged back to the parent, which has done so itself where it was closed.
     *
     * @return the bytes given back at the root
     */
    public long close() {
        lock.lock();
        try {
            closed = true;
            boolean gives = parent != this && !parent.closed;
            long given = gives ? -parent.apply(-Math.max(charged, reservation)) : 0;
            charged = 0;
            reservation = 0;
            return given;
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

    /** Returns the least limit from here up: more can never be charged, whatever is freed. */
    public long leastLimit() {
        lock.lock();
        try {
            return parent == this ? limit : Math.min(limit, parent.leastLimit());
        } finally {
            lock.unlock();
        }
    }

    /** Returns by how many bytes a limit from here up was lowered below what is charged, the most of all; 0 for none. */
    public long excess() {
        lock.lock();
        try {
            long own = Math.max(0, charged - limit);
            return parent == this ? own : Math.max(own, parent.excess());
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether a node is this one or above it. */
    public boolean isWithin(Account node) {
        return node == this || (parent != this && parent.isWithin(node));
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

    /** Returns the bytes kept of the parent for this node. */
    public long reservation() {
        lock.lock();
        try {
            return reservation;
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

    /** Returns how many of some bytes would reach the root. */
    private long reachOf(long bytes) {
        long above = beyondReservation(charged + bytes) - beyondReservation(charged);
        return parent == this ? bytes : above == 0 ? 0 : parent.reachOf(above);
    }

    /** Adds bytes here and above; returns how many reached the root. */
    private long apply(long bytes) {
        long above = beyondReservation(charged + bytes) - beyondReservation(charged);
        charged += bytes;
        peak = Math.max(peak, charged);
        if (parent == this) {
            return bytes;
        }
        return above == 0 ? 0 : parent.apply(above);
    }

    private long beyondReservation(long bytes) {
        return Math.max(0, bytes - reservation);
    }
}
