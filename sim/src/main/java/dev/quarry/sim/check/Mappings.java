package dev.quarry.sim.check;

import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.inspect.PoolLayout.BlockLayout;
import dev.quarry.internal.inspect.PoolLayout.MappingLayout;
import dev.quarry.internal.inspect.PoolLayout.SegmentLayout;
import dev.quarry.internal.inspect.PoolLayout.State;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The check of what is mapped into ranges of reserved addresses: exactly what lies under blocks that have memory, I1 and I5. */
final class Mappings {
    private final PoolLayout layout;

    private Mappings(PoolLayout layout) {
        this.layout = layout;
    }

    static void check(PoolLayout layout) {
        Mappings check = new Mappings(layout);
        Set<Long> handles = new HashSet<>();
        for (SegmentLayout segment : layout.segments()) {
            List<MappingLayout> mappings = segment.mappings();
            if (mappings != null) {
                check.checkHandles(mappings, handles);
                check.checkRange(segment, mappings);
            }
        }
    }

    /** Returns the bytes of memory that a segment has. */
    static long heldBytes(SegmentLayout segment) {
        List<MappingLayout> mappings = segment.mappings();
        return mappings == null
                ? segment.bytes()
                : mappings.stream().mapToLong(MappingLayout::bytes).sum();
    }

    private void checkHandles(List<MappingLayout> mappings, Set<Long> handles) {
        for (MappingLayout mapping : mappings) {
            if (!handles.add(mapping.handle())) {
                throw violation(5, "handle " + Blocks.hex(mapping.handle()) + " is mapped twice");
            }
        }
    }

    /** Walks blocks and mappings side by side: memory begins and ends where holes end and begin. */
    private void checkRange(SegmentLayout range, List<MappingLayout> mappings) {
        int next = 0;
        long mapped = range.address();
        BlockLayout before = null;
        for (BlockLayout block : range.blocks()) {
            if (hasMemory(block)) {
                mapped = Math.max(mapped, block.address());
                while (mapped < block.address() + block.bytes()) {
                    if (next == mappings.size() || mappings.get(next).address() != mapped) {
                        throw violation(5, Blocks.text(block) + " has nothing mapped at " + Blocks.hex(mapped));
                    }
                    mapped += mappings.get(next++).bytes();
                }
            } else {
                if (mapped > block.address()) {
                    throw violation(
                            5, "a mapping reaches up to " + Blocks.hex(mapped) + ", into " + Blocks.text(block));
                }
                if (before != null && before.state() == State.UNMAPPED && block.state() == State.UNMAPPED) {
                    throw violation(2, Blocks.text(before) + " and " + Blocks.text(block) + " are holes side by side");
                }
            }
            before = block;
        }
        if (next < mappings.size()) {
            throw violation(5, "a mapping at " + Blocks.hex(mappings.get(next).address()) + " lies under no block");
        }
    }

    private static boolean hasMemory(BlockLayout block) {
        return block.state() != State.UNMAPPED && block.state() != State.STUCK;
    }

    private InvariantViolation violation(int invariant, String detail) {
        return new InvariantViolation(invariant, "pool \"" + layout.name() + "\": " + detail);
    }
}
