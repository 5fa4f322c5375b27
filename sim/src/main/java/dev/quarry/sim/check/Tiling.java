package dev.quarry.sim.check;

import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.inspect.PoolLayout.BlockLayout;
import dev.quarry.internal.inspect.PoolLayout.SegmentLayout;
import dev.quarry.internal.inspect.PoolLayout.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The check of segments and of the blocks in them: I1, I2 and I6. */
final class Tiling {
    private final PoolLayout layout;
    private final Blocks blocks = new Blocks();

    private Tiling(PoolLayout layout) {
        this.layout = layout;
    }

    /** Checks, and returns the blocks by id. */
    static Blocks check(PoolLayout layout) {
        Tiling tiling = new Tiling(layout);
        tiling.checkSegmentsApart();
        layout.segments().forEach(tiling::checkSegment);
        tiling.checkDeferred();
        return tiling.blocks;
    }

    private void checkSegmentsApart() {
        List<SegmentLayout> byAddress = new ArrayList<>(layout.segments());
        byAddress.sort(Comparator.comparingLong(SegmentLayout::address));
        for (int i = 1; i < byAddress.size(); i++) {
            SegmentLayout before = byAddress.get(i - 1);
            SegmentLayout segment = byAddress.get(i);
            if (segment.address() - before.address() < before.bytes()) {
                throw violation(1, text(segment) + " overlaps " + text(before));
            }
        }
    }

    private void checkSegment(SegmentLayout segment) {
        long expected = segment.address();
        BlockLayout before = null;
        for (BlockLayout block : segment.blocks()) {
            checkPosition(segment, block, expected);
            checkKnown(block);
            checkNeighbours(before, block);
            expected += block.bytes();
            before = block;
        }
        if (expected != segment.address() + segment.bytes()) {
            throw violation(1, text(segment) + ": its blocks end at " + Blocks.hex(expected));
        }
        if (segment.dedicated() && segment.blocks().size() != 1) {
            throw violation(
                    1,
                    text(segment) + ": dedicated, and holds " + segment.blocks().size() + " blocks");
        }
    }

    private void checkPosition(SegmentLayout segment, BlockLayout block, long expected) {
        if (block.address() != expected) {
            throw violation(
                    1, text(segment) + ": " + Blocks.text(block) + " does not begin at " + Blocks.hex(expected));
        }
        if (block.bytes() <= 0 || block.bytes() % layout.granule() != 0) {
            throw violation(
                    1,
                    text(segment) + ": " + Blocks.text(block) + " is no positive multiple of the granule "
                            + layout.granule());
        }
    }

    private void checkKnown(BlockLayout block) {
        if (block.id() < 0) {
            throw violation(6, Blocks.text(block) + " has a negative id");
        }
        BlockLayout other = blocks.add(block);
        if (other != null) {
            throw violation(6, Blocks.text(block) + " has the id of " + Blocks.text(other));
        }
        if (block.state() == State.IN_USE && (block.requestedBytes() <= 0 || block.requestedBytes() > block.bytes())) {
            throw violation(6, Blocks.text(block) + ": its holder asked for " + block.requestedBytes() + " bytes");
        }
    }

    private void checkNeighbours(@Nullable BlockLayout before, BlockLayout block) {
        if (before != null
                && before.state() == State.FREE
                && block.state() == State.FREE
                && before.owner() == block.owner()) {
            throw violation(
                    2, Blocks.text(before) + " and " + Blocks.text(block) + " are free neighbours of one owner");
        }
    }

    private void checkDeferred() {
        Set<Integer> seen = new HashSet<>();
        for (int id : layout.deferred()) {
            BlockLayout block = blocks.find(id);
            if (block == null) {
                throw violation(6, "block " + id + " is deferred, and is in no segment");
            }
            if (block.state() != State.IN_USE) {
                throw violation(6, Blocks.text(block) + " is deferred, and not in use");
            }
            if (!seen.add(id)) {
                throw violation(6, Blocks.text(block) + " is deferred twice");
            }
        }
    }

    private InvariantViolation violation(int invariant, String detail) {
        return new InvariantViolation(invariant, "pool \"" + layout.name() + "\": " + detail);
    }

    private static String text(SegmentLayout segment) {
        return "segment of " + segment.bytes() + " bytes at " + Blocks.hex(segment.address());
    }
}
