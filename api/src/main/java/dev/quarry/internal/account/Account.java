package dev.quarry.internal.account;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A node in a tree of byte accounts: what is charged here within a reservation stays here, the rest is charged to the
 * parent too. No limit is ever exceeded, at any node, at any moment. Thread-safe.
 *
 * <p>Beside what is charged, a node counts what is <em>held</em>, by the same rule: a request is charged before there is memory for it,
 * so that no limit is exceeded, and held when there is. What reservations still need is counted by what is held, since a
 * request may fail.
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
    private long held;
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
            boolean allowed = refusing(bytes) == null;
            if (allowed) {
                apply(bytes);
            }
            return allowed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Charges as {@link #charge}, and holds.
     *
     * @return as {@link #hold}; -1 if a limit refused
     */
    public long chargeThrough(long bytes) {
        lock.lock();
        try {
            return charge(bytes) ? applyHeld(bytes) : -1;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes note that there is memory for what was charged.
     *
     * @return the bytes that are held at the root now, since no reservation covered them
     */
    public long hold(long bytes) {
        lock.lock();
        try {
            return applyHeld(bytes);
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

    /** Takes a charge back of what is not held. */
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
     * Takes a charge back of what is held.
     *
     * @return the bytes that are not held at the root any more
     */
    public long releaseThrough(long bytes) {
        lock.lock();
        try {
            release(bytes);
            return -applyHeld(-bytes);
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
        return resizeThrough(bytes, limit(), Long.MAX_VALUE) != REFUSED;
    }

    /**
     * Changes what is kept of the parent for this node, and the limit; what is charged above the limit stays.
     *
     * @param mostMore by how much the root may hold more where the reservation grows; negative for not at all
     * @return by how much the root holds more, negative where it is less; {@link #REFUSED} if that, or a limit above, refused
     *     the reservation, and nothing has changed then
     */
    public long resizeThrough(long reserved, long most, long mostMore) {
        lock.lock();
        try {
            long more = Math.max(charged, reserved) - Math.max(charged, reservation);
            long moreHeld = Math.max(held, reserved) - Math.max(held, reservation);
            long reached = parent == this || moreHeld == 0 ? 0 : parent.reachOf(moreHeld);
            boolean fits = reserved <= reservation || Math.max(0, reached) <= mostMore;
            if (!fits || (parent != this && more > 0 && parent.refusing(more) != null)) {
                return REFUSED;
            }
            reservation = reserved;
            limit = most;
            if (parent != this) {
                parent.apply(more);
                parent.applyHeld(moreHeld);
            }
            return reached;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives the reservation and what is still charged back to the parent, which has done so itself where it was closed.
     *
     * @return the bytes that are not held at the root any more
     */
    public long close() {
        lock.lock();
        try {
            closed = true;
            long given = 0;
            if (parent != this && !parent.closed) {
                parent.apply(-Math.max(charged, reservation));
                given = -parent.applyHeld(-Math.max(held, reservation));
            }
            charged = 0;
            held = 0;
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

    /** Returns how many of some bytes would be held at the root. */
    private long reachOf(long bytes) {
        long above = beyondReservation(held + bytes) - beyondReservation(held);
        return parent == this ? bytes : above == 0 ? 0 : parent.reachOf(above);
    }

    /** Adds bytes to what is charged here and above. */
    private void apply(long bytes) {
        long above = beyondReservation(charged + bytes) - beyondReservation(charged);
        charged += bytes;
        peak = Math.max(peak, charged);
        if (parent != this && above != 0) {
            parent.apply(above);
        }
    }

    /** Adds bytes to what is held here and above; returns how many reached the root. */
    private long applyHeld(long bytes) {
        long above = beyondReservation(held + bytes) - beyondReservation(held);
        held += bytes;
        if (parent == this) {
            return bytes;
        }
        return above == 0 ? 0 : parent.applyHeld(above);
    }

    private long beyondReservation(long bytes) {
        return Math.max(0, bytes - reservation);
    }
}
