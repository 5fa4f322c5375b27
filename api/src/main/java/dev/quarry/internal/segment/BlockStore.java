package dev.quarry.internal.segment;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All blocks of a pool, by number, and those that are nowhere at the moment; the only place where blocks are made. Under the
 * pool's lock, but for {@link #block}.
 *
 * <p>Tables that change often name blocks by number instead of referring to them. A reference written into an old object that
 * the collector keeps in another region costs a full memory barrier with G1 before JDK 26, as much as an atomic operation.
 */
public final class BlockStore {
    /** A stack; what lies above its top is kept, as emptying a slot costs more than it saves. */
    private @Nullable Block[] idle = new Block[64];

    private int count;

    /** By number; none has the number 0. Grows by copying, so a block is found in each array since it was made. */
    private @Nullable Block[] all = new Block[64];

    private int made;

    /**
     * Returns a block by its number, {@code null} for 0. Needs no lock for the number of a block that came to the caller by
     * way of one.
     */
    public @Nullable Block block(int number) {
        return all[number];
    }

    /** Returns a block that is all of a segment, in use. */
    Block begin(Segment segment) {
        Block block = take();
        block.begin(segment);
        return block;
    }

    /** Cuts a block in two; returns the part beyond some bytes, with the same owner, state and sequence number. */
    public Block split(Block block, long lower) {
        Block upper = take();
        block.splitOff(upper, lower);
        return upper;
    }

    /** Makes a block and the next one a single one. */
    public void absorbNext(Block block) {
        Block after = block.next();
        if (after == null) {
            throw new IllegalStateException(block + " is the last one of its segment");
        }
        block.absorb(after);
        recycle(after);
    }

    /** Takes back a block that is nowhere any more. */
    void recycle(Block block) {
        block.end();
        if (count == idle.length) {
            idle = Arrays.copyOf(idle, count * 2);
        }
        if (idle[count] != block) { // often it is the one that was taken from here
            idle[count] = block;
        }
        count++;
    }

    private Block take() {
        Block block = count == 0 ? null : idle[--count];
        return block == null ? make() : block;
    }

    private Block make() {
        int number = ++made;
        if (number == all.length) {
            all = Arrays.copyOf(all, number * 2);
        }
        Block block = new Block(number);
        all[number] = block;
        return block;
    }
}
