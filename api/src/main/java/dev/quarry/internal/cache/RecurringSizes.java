package dev.quarry.internal.cache;

/**
 * Which sizes beyond the small classes are asked for again and again, and how many blocks of each are worth keeping: by
 * that a stream cache adapts to its use.
 *
 * <p>A table of slots, each for one size at a time. A request for a slot's size strengthens it, one for another size that
 * falls on the slot weakens it, until the other takes its place; so sizes stay that make up a good part of what falls on
 * their slot (the majority vote of Boyer and Moore, a slot each). All are weakened from time to time, so that only sizes stay
 * that make up a part of all requests, too. A size that has proved itself keeps as many blocks as were wanted at once: each
 * request that finds none raises that number.
 *
 * <p>What is only a tendency is read and written without synchronization: {@link #miss}, {@link #isWorth}. The rest
 * belongs to the cache's flag.
 */
final class RecurringSizes {
    private static final int SLOTS_LOG2 = 6;

    /** Number of slots. */
    static final int SLOTS = 1 << SLOTS_LOG2;

    /** Strength from which on blocks are kept. */
    private static final int PROVED = 16;

    /** Requests in a round, and how many of them a size must make up, at least, to stay. */
    private static final int ROUND = 64;

    private static final int SHARE = 4;

    private static final int STRONGEST = 64;
    private static final int MOST_KEPT = 4096;

    private final long[] sizes = new long[SLOTS];
    private final int[] strengths = new int[SLOTS];
    private final int[] wanted = new int[SLOTS];
    private final int[] kept = new int[SLOTS];
    private int requests;

    /** Returns the slot that a size falls on. */
    static int slotOf(long size) {
        return (int) ((size * 0x9E37_79B9_7F4A_7C15L) >>> (Long.SIZE - SLOTS_LOG2));
    }

    /** Returns whether a slot is for a size at present. */
    boolean isFor(int slot, long size) {
        return sizes[slot] == size;
    }

    /** Returns whether one more block of a slot's size is worth keeping. */
    boolean isWorth(int slot) {
        return strengths[slot] >= PROVED && kept[slot] < wanted[slot];
    }

    /** Takes note of a request that found nothing; returns whether the slot should change its size if it is empty. */
    boolean miss(int slot, long size) {
        if ((++requests & ROUND - 1) == 0) {
            weaken();
        }
        int strength = strengths[slot];
        if (sizes[slot] == size) {
            strengths[slot] = Math.min(strength + 1, STRONGEST);
            if (wanted[slot] < MOST_KEPT) {
                wanted[slot]++;
            }
            return false;
        }
        strengths[slot] = Math.max(0, strength - 1);
        return strength == 0;
    }

    /** Weakens all sizes by what one must be asked for in a round to stay. */
    private void weaken() {
        for (int slot = 0; slot < SLOTS; slot++) {
            strengths[slot] = Math.max(0, strengths[slot] - SHARE);
        }
    }

    /** Gives an empty slot to a size. */
    void assign(int slot, long size) {
        sizes[slot] = size;
        strengths[slot] = 1;
        wanted[slot] = 1;
    }

    /** Counts a block of a slot that was given out: it was worth keeping. */
    void hit(int slot) {
        kept[slot]--;
        strengths[slot] = STRONGEST;
    }

    /** Counts a block of a slot that was kept. */
    void keep(int slot) {
        kept[slot]++;
    }

    /** Takes note that a slot was drained: what it still held was not wanted; the size must prove itself again. */
    void drained(int slot) {
        if (kept[slot] > 0) {
            wanted[slot] = 1;
            strengths[slot] = 0;
            kept[slot] = 0;
        }
    }
}
