package dev.quarry.internal.cache;

import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.BlockStore;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The first cache level: freed blocks of one domain, last in, first out, by exact size.
 *
 * <p>Two kinds of sizes are kept: the small classes, always, and larger sizes that {@linkplain RecurringSizes recur}. Blocks in
 * a cache do not coalesce, so both are bounded: the classes in bytes, the others by how many blocks of a size were wanted at
 * once. A cache whose classes stay full of what nobody asks for counts as {@linkplain #isStale stale}, and its user drains it.
 *
 * <p>A hit takes one compare-and-set and touches one block. Who allocates or frees never waits for a cache: a thread that
 * finds it taken goes to the index instead. All other methods insist; holders keep the cache for nanoseconds.
 */
public final class StreamCache extends PaddedCacheState {
    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(CacheState.class, "taken", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Elements of nothing at both ends of the table that hits write: a cache line's length. */
    private static final int PAD = 64 / Integer.BYTES;

    /** Refused offers, in a row, after which a full cache counts as stale. */
    private static final int STALE_AFTER = 1024;

    private final SizeClasses classes;
    private final BlockStore blocks;

    /**
     * The number of the last block kept of each class, and from {@code firstSlot} on of each recurring size, 0 for none; it is
     * linked to the one before.
     */
    private final int[] tops;

    private final int firstSlot;
    private final RecurringSizes sizes = new RecurringSizes();

    /** Makes an empty cache for blocks from a store, of classes up to {@code largest} bytes and of recurring sizes. */
    public StreamCache(SizeClasses classes, long largest, BlockStore blocks) {
        this.classes = classes;
        this.blocks = blocks;
        this.firstSlot = PAD + classes.classOf(classes.round(largest)) + 1;
        this.tops = new int[firstSlot + RecurringSizes.SLOTS + PAD];
    }

    /** Changes the bounds; what is above them stays until it is drained. */
    public void limit(long cacheBytes, long blockBytes, long recurringBytes) {
        lock();
        limitBytes = cacheBytes;
        limitBlockBytes = blockBytes;
        limitRecurringBytes = recurringBytes;
        ceiling = drained + limitBytes;
        unlock();
    }

    /**
     * Takes a block.
     *
     * @param size the rounded request
     * @param requested bytes asked for, for the statistics
     * @return the block, of exactly that size, or {@code null}
     */
    public @Nullable Block poll(long size, long requested) {
        if (size > limitBlockBytes) {
            return pollRecurring(size, requested);
        }
        int bin = PAD + classes.classOf(size);
        // Looked at without the flag first: a stack that seems empty costs no compare-and-set.
        if (tops[bin] == 0) {
            return pollRecurring(size, requested);
        }
        if (!TAKEN.compareAndSet(this, false, true)) {
            return null;
        }
        Block block = pop(bin, requested);
        TAKEN.setRelease(this, false);
        return block;
    }

    /**
     * Keeps a freed block, if there is room and nobody else is here.
     *
     * @return whether it was kept
     */
    public boolean offer(Block block, long size, int owner, long requested) {
        if (size > limitBlockBytes) {
            return offerRecurring(block, size, owner, requested);
        }
        if (!TAKEN.compareAndSet(this, false, true)) {
            return false;
        }
        boolean kept = size <= limitBlockBytes && balance - recurring + size <= ceiling;
        if (kept) {
            push(PAD + classes.classOf(size), block, size, owner, requested);
            refused = 0;
        } else {
            refused++;
            kept = keepRecurring(RecurringSizes.slotOf(size), block, size, owner, requested);
        }
        TAKEN.setRelease(this, false);
        return kept;
    }

    private @Nullable Block pollRecurring(long size, long requested) {
        if (size > limitRecurringBytes) {
            return null;
        }
        int slot = RecurringSizes.slotOf(size);
        int bin = firstSlot + slot;
        if (tops[bin] == 0 || !sizes.isFor(slot, size)) {
            if (sizes.miss(slot, size) && TAKEN.compareAndSet(this, false, true)) {
                if (tops[bin] == 0) {
                    sizes.assign(slot, size);
                }
                TAKEN.setRelease(this, false);
            }
            return null;
        }
        if (!TAKEN.compareAndSet(this, false, true)) {
            return null;
        }
        Block block = null;
        if (sizes.isFor(slot, size)) {
            block = pop(bin, requested);
            if (block != null) {
                sizes.hit(slot);
                recurring -= size;
            }
        }
        TAKEN.setRelease(this, false);
        return block;
    }

    private boolean offerRecurring(Block block, long size, int owner, long requested) {
        int slot = RecurringSizes.slotOf(size);
        if (size > limitRecurringBytes
                || !sizes.isFor(slot, size)
                || !sizes.isWorth(slot)
                || !TAKEN.compareAndSet(this, false, true)) {
            return false;
        }
        boolean kept = keepRecurring(slot, block, size, owner, requested);
        TAKEN.setRelease(this, false);
        return kept;
    }

    private boolean keepRecurring(int slot, Block block, long size, int owner, long requested) {
        if (size > limitRecurringBytes || !sizes.isFor(slot, size) || !sizes.isWorth(slot)) {
            return false;
        }
        push(firstSlot + slot, block, size, owner, requested);
        sizes.keep(slot);
        recurring += size;
        return true;
    }

    private @Nullable Block pop(int bin, long requested) {
        Block block = blocks.block(tops[bin]);
        if (block != null) {
            tops[bin] = block.below();
            balance -= block.size();
            hits++;
            requestedOut += requested;
        }
        return block;
    }

    private void push(int bin, Block block, long size, int owner, long requested) {
        block.setOwner(owner, Block.CACHED);
        block.setBelow(tops[bin]);
        tops[bin] = block.number();
        balance += size;
        bytesIn += size;
        returns++;
        requestedIn += requested;
    }

    /** Returns whether the cache has been full for long and should be drained. */
    public boolean isStale() {
        return refused > STALE_AFTER && balance > drained;
    }

    /** Returns whether nothing is held. */
    public boolean isEmpty() {
        lock();
        boolean empty = balance == drained;
        unlock();
        return empty;
    }

    /** Returns what {@link #balance} was when the cache was last empty by being drained. */
    public long drained() {
        lock();
        long now = drained;
        unlock();
        return now;
    }

    /** Returns the bytes kept so far less those given out. */
    public long balance() {
        lock();
        long now = balance;
        unlock();
        return now;
    }

    /** Returns whether more was given out than the credit allows; may be asked without the flag. */
    public boolean isOverdrawn() {
        return balance < floor;
    }

    /** Returns how many bytes can be given out before {@link #isOverdrawn}; negative if it is. */
    public long credit() {
        lock();
        long credit = balance - floor;
        unlock();
        return credit;
    }

    /** Takes all credit, or ends the overdraft; returns its bytes, negative for an overdraft. */
    public long takeCredit() {
        lock();
        long credit = balance - floor;
        floor = balance;
        unlock();
        return credit;
    }

    /** Adds credit for what is held and has none yet, at most some bytes; returns how many it took. */
    public long giveCredit(long most) {
        lock();
        long given = Math.max(0, Math.min(most, floor - drained));
        floor -= given;
        unlock();
        return given;
    }

    /** Empties the cache; the consumer is called with the cache taken and must not come back to it. */
    public void drain(Consumer<Block> consumer) {
        lock();
        for (int sizeClass = 0; sizeClass < tops.length; sizeClass++) {
            Block block = blocks.block(tops[sizeClass]);
            tops[sizeClass] = 0;
            while (block != null) {
                int below = block.below();
                consumer.accept(block);
                block = blocks.block(below);
            }
        }
        for (int slot = 0; slot < RecurringSizes.SLOTS; slot++) {
            sizes.drained(slot);
        }
        recurring = 0;
        drained = balance;
        ceiling = drained + limitBytes;
        refused = 0;
        unlock();
    }

    /** Visits all blocks. */
    public void forEach(Consumer<Block> visitor) {
        lock();
        for (int top : tops) {
            for (Block block = blocks.block(top); block != null; block = blocks.block(block.below())) {
                visitor.accept(block);
            }
        }
        unlock();
    }

    /**
     * What a cache holds and has done.
     *
     * @param bytes bytes held
     * @param hits blocks given out
     * @param returns blocks kept
     * @param bytesOut bytes of the blocks given out
     * @param bytesIn bytes of the blocks kept
     * @param requestedOut bytes asked for by the blocks given out
     * @param requestedIn bytes that had been asked for by the blocks kept
     */
    public record Counters(
            long bytes, long hits, long returns, long bytesOut, long bytesIn, long requestedOut, long requestedIn) {
        /** Nothing held, nothing done. */
        public static final Counters NONE = new Counters(0, 0, 0, 0, 0, 0, 0);

        /** Returns the sums of this and other counters. */
        public Counters plus(Counters other) {
            return new Counters(
                    bytes + other.bytes,
                    hits + other.hits,
                    returns + other.returns,
                    bytesOut + other.bytesOut,
                    bytesIn + other.bytesIn,
                    requestedOut + other.requestedOut,
                    requestedIn + other.requestedIn);
        }
    }

    /** Returns the counters at one moment. */
    public Counters counters() {
        lock();
        Counters counters =
                new Counters(balance - drained, hits, returns, bytesIn - balance, bytesIn, requestedOut, requestedIn);
        unlock();
        return counters;
    }

    private void lock() {
        while (!TAKEN.compareAndSet(this, false, true)) {
            Thread.onSpinWait();
        }
    }

    private void unlock() {
        TAKEN.setRelease(this, false);
    }
}
