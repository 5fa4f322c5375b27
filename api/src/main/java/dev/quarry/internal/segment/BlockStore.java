package dev.quarry.internal.segment;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The blocks of a pool that are nowhere at the moment, and the only place where blocks are made. Under the pool's lock. */
public final class BlockStore {
    /** A stack; what lies above its top is kept, as emptying a slot costs more than it saves. */
    private @Nullable Block[] idle = new Block[64];

    private int count;
    private int made;

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
        idle[count++] = block;
    }

    private Block take() {
        Block block = count == 0 ? null : idle[--count];
        return block == null ? new Block(++made) : block;
    }
}
