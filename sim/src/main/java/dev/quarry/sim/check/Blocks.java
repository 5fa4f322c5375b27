package dev.quarry.sim.check;

import dev.quarry.internal.inspect.PoolLayout.BlockLayout;
import dev.quarry.internal.inspect.PoolLayout.State;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The blocks of a pool by id, and the bytes in each state. */
final class Blocks {
    private final Map<Integer, BlockLayout> byId = new HashMap<>();
    private final Map<State, Long> bytes = new EnumMap<>(State.class);

    /** Adds a block, and returns the one that has its id already, or {@code null}. */
    @Nullable
    BlockLayout add(BlockLayout block) {
        bytes.merge(block.state(), block.bytes(), Long::sum);
        return byId.putIfAbsent(block.id(), block);
    }

    /** Returns the block with an id that a place names. */
    BlockLayout get(int id, String place, int invariant) {
        BlockLayout block = byId.get(id);
        if (block == null) {
            throw new InvariantViolation(invariant, place + " holds block " + id + ", which is in no segment");
        }
        return block;
    }

    Collection<BlockLayout> all() {
        return byId.values();
    }

    /** Returns the bytes of all blocks in a state. */
    long bytes(State state) {
        return bytes.getOrDefault(state, 0L);
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
