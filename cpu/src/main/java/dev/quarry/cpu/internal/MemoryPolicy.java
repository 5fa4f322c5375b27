package dev.quarry.cpu.internal;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quarry.cpu.NumaPlacement;
import dev.quarry.spi.DriverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A placement on memory nodes as the kernel takes it, for one mapping after the other.
 *
 * <p>It belongs to the mapping: protections that change and pages that are given back do not end it.
 */
final class MemoryPolicy {
    private final NumaPlacement placement;

    MemoryPolicy(NumaPlacement placement) {
        this.placement = placement;
    }

    /** Returns whether there is nothing to tell the kernel. */
    boolean isSystem() {
        return placement.isSystem();
    }

    /**
     * Sets it for a range of whole pages that were not touched yet.
     *
     * @throws DriverException if the kernel refuses: no such node, or not allowed, as in some containers
     */
    void set(long address, long bytes) {
        if (placement.isSystem()) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LibC.errnoSegment(arena);
            int words = placement.nodes().getLast() / Long.SIZE + 1;
            MemorySegment mask = arena.allocate(JAVA_LONG, words);
            for (int node : placement.nodes()) {
                int word = node / Long.SIZE;
                mask.setAtIndex(JAVA_LONG, word, mask.getAtIndex(JAVA_LONG, word) | 1L << node);
            }
            // The kernel takes one bit less than it is told.
            if (LibC.mbind(state, address, bytes, mode(), mask, (long) words * Long.SIZE + 1) != 0) {
                int errno = LibC.errno(state);
                String arguments = "0x" + Long.toHexString(address) + ", " + bytes + ", " + placement;
                throw new DriverException("mbind", arguments, errno, Errno.describe(errno));
            }
        }
    }

    private int mode() {
        return switch (placement.policy()) {
            case SYSTEM -> LibC.MPOL_DEFAULT;
            case PREFER -> LibC.MPOL_PREFERRED;
            case BIND -> LibC.MPOL_BIND;
            case INTERLEAVE -> LibC.MPOL_INTERLEAVE;
        };
    }

    @Override
    public String toString() {
        return placement.toString();
    }
}
