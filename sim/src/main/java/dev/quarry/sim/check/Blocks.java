package dev.quarry.sim.check;

import dev.quarry.internal.inspect.PoolLayout.BlockLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The blocks of a pool by id, and the bytes in each state. */
final class Blocks {
    private final List<BlockLayout> all = new ArrayList<>();
    private @Nullable BlockLayout[] byId = new BlockLayout[256];
    private long inUse;
    private long cached;
    private long free;
    private long pending;

    /** Adds a block, and returns the one that has its id already, or {@code null}. */
    @Nullable
    BlockLayout add(BlockLayout block) {
        BlockLayout other = find(block.id());
        if (other != null) {
            return other;
        }
        if (block.id() >= byId.length) {
            byId = Arrays.copyOf(byId, Math.max(block.id() + 1, 2 * byId.length));
        }
        byId[block.id()] = block;
        all.add(block);
        switch (block.state()) {
            case IN_USE -> inUse += block.bytes();
            case CACHED -> cached += block.bytes();
            case FREE -> free += block.bytes();
            case PENDING, IN_TRANSIT -> pending += block.bytes();
            case UNMAPPED, STUCK -> {}
        }
        return null;
    }

    /** Returns the block with an id, or {@code null}. */
    @Nullable
    BlockLayout find(int id) {
        return id >= 0 && id < byId.length ? byId[id] : null;
    }

    /** Returns all blocks, each once. */
    List<BlockLayout> all() {
        return all;
    }

    /** Returns one more than the largest id may be. */
    int ids() {
        return byId.length;
    }

    long inUseBytes() {
        return inUse;
    }

    long cachedBytes() {
        return cached;
    }

    long freeBytes() {
        return free;
    }

    /** Returns the bytes of blocks in batches and in transit. */
    long pendingBytes() {
        return pending;
    }

    /** Returns a block as text. */
    static String text(BlockLayout block) {
        return "block " + block.id() + " (" + block.state() + ", owner " + block.owner() + ", " + block.bytes()
                + " bytes at " + hex(block.address()) + ")";
    }

    /** Returns an address as text. */
    static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }
}
