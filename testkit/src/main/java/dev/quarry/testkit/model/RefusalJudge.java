package dev.quarry.testkit.model;

import dev.quarry.AllocationRequest;
import dev.quarry.PoolOptions;
import dev.quarry.internal.inspect.PoolInspector;
import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.inspect.PoolLayout.BlockLayout;
import dev.quarry.internal.inspect.PoolLayout.MappingLayout;
import dev.quarry.internal.inspect.PoolLayout.SegmentLayout;
import dev.quarry.internal.inspect.PoolLayout.State;
import dev.quarry.sim.SimSchedule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The check that a request was refused for a reason: no memory that lies idle could have served it. */
final class RefusalJudge {
    private final World world;

    RefusalJudge(World world) {
        this.world = world;
    }

    /**
     * Throws if a refused request could have been served.
     *
     * @param waits whether it was to wait for the device
     */
    void refused(
            PoolBook book,
            @Nullable ChildBook child,
            @Nullable Strand order,
            AllocationRequest request,
            boolean waits) {
        if (world.mishaps().everStruck()
                || world.plan().interloper()
                || book.pool().options().outOfMemoryHandler() != null
                || world.strands().stream().anyMatch(Strand::isCapturing)
                || (world.hasLost() && (world.hasBorrowed() || world.plan().schedule() == SimSchedule.MANUAL))
                || book.pool().options().maxStall().isZero()
                || !book.sort()
                        .inForce(PoolOptions.withoutEnvironment().build())
                        .ladder()
                        .equals(book.pool().options().ladder())) {
            return;
        }
        SimSchedule schedule = world.plan().schedule();
        boolean waitsEnd = schedule == SimSchedule.IMMEDIATE || (schedule == SimSchedule.LAZY && waits);
        boolean canWait = order != null && order.ownership() != Strand.Ownership.BORROWED;
        if (!waitsEnd && !canWait) {
            return;
        }
        PoolLayout layout = PoolInspector.inspect(book.pool());
        long size = book.most(request.bytes());
        if (!isAllowed(book, child, size, layout.statistics().allocatedBytes().current())) {
            return;
        }
        long idle = 0;
        for (SegmentLayout segment : layout.segments()) {
            long run = 0;
            long longest = 0;
            for (BlockLayout block : segment.blocks()) {
                run = hasIdleMemory(book, block) ? run + block.bytes() : 0;
                longest = Math.max(longest, run);
            }
            idle += idleBytes(segment, longest);
            if (!request.isShareable() && !segment.dedicated() && longest >= size + request.alignment() - 1) {
                throw new AssertionError(request + " was refused, and " + longest
                        + " bytes in a row are in no use in the segment at 0x" + Long.toHexString(segment.address())
                        + ":\n" + world.mishaps().refusal());
            }
        }
        // What is left below a whole segment must do, down to the request's own block; what is mapped nowhere can be
        // given back.
        long room = world.room(book) + layout.spareBytes();
        if (room >= size || (waitsEnd && !book.isPrivate() && room + idle >= size)) {
            throw new AssertionError(request + " was refused; the driver could give " + room + " bytes, segments of "
                    + idle + " bytes are in no use, and " + size + " would do:\n"
                    + world.mishaps().refusal());
        }
    }

    /** Returns whether limits and reservations allow to hand out some bytes. */
    private boolean isAllowed(PoolBook book, @Nullable ChildBook child, long size, long allocated) {
        long reach = child == null ? size : child.reach(size);
        long most = Math.min(book.limit(), world.plan().totalBytes());
        return reach == 0 ? allocated + size <= most : reach > 0 && allocated + book.kept() + reach <= most;
    }

    private static boolean hasIdleMemory(PoolBook book, BlockLayout block) {
        if (book.isPrivate()) {
            return block.state() == State.FREE && block.owner() == 0;
        }
        return block.state() != State.IN_USE && block.state() != State.UNMAPPED && block.state() != State.STUCK;
    }

    /** Returns what could be given back: a segment in no use, or the handles of a range that lie under no block in use. */
    private static long idleBytes(SegmentLayout segment, long longest) {
        List<MappingLayout> mappings = segment.mappings();
        if (mappings == null) {
            return longest == segment.bytes() ? longest : 0;
        }
        return mappings.stream()
                .filter(mapping -> segment.blocks().stream()
                        .noneMatch(block -> block.state() == State.IN_USE && overlap(block, mapping)))
                .mapToLong(MappingLayout::bytes)
                .sum();
    }

    private static boolean overlap(BlockLayout block, MappingLayout mapping) {
        return block.address() < mapping.address() + mapping.bytes()
                && mapping.address() < block.address() + block.bytes();
    }
}
