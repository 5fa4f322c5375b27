package dev.quarry.sim.check;

import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.inspect.PoolLayout.BatchLayout;
import dev.quarry.internal.inspect.PoolLayout.BinLayout;
import dev.quarry.internal.inspect.PoolLayout.BlockLayout;
import dev.quarry.internal.inspect.PoolLayout.DomainLayout;
import dev.quarry.internal.inspect.PoolLayout.SegmentLayout;
import dev.quarry.internal.inspect.PoolLayout.State;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The check of where free blocks are: I3 and I4, and the counters of the places, I5. */
final class Places {
    private final PoolLayout layout;
    private final Blocks blocks;
    private final @Nullable Place[] placeOf;
    private final Set<Integer> wholeSegments = new HashSet<>();

    private Places(PoolLayout layout, Blocks blocks) {
        this.layout = layout;
        this.blocks = blocks;
        this.placeOf = new Place[blocks.ids()];
        for (SegmentLayout segment : layout.segments()) {
            if (segment.blocks().size() == 1) {
                wholeSegments.add(segment.blocks().getFirst().id());
            }
        }
    }

    /** Where a free block is: a bin of an owner's index, an owner's cache, or a batch for an owner. */
    private record Place(String name, int owner) {
        @Override
        public String toString() {
            return name + " of owner " + owner;
        }
    }

    static void check(PoolLayout layout, Blocks blocks) {
        Places places = new Places(layout, blocks);
        Set<Integer> owners = new HashSet<>();
        for (DomainLayout domain : layout.domains()) {
            if (!owners.add(domain.owner())) {
                throw places.violation(3, "two domains have the owner " + domain.owner());
            }
            places.checkIndex(domain);
            places.checkCache(domain);
        }
        layout.batches().forEach(places::checkBatch);
        layout.segments().forEach(places::checkDedicated);
        blocks.all().forEach(places::checkPlaced);
    }

    private void checkIndex(DomainLayout domain) {
        long bytes = 0;
        Set<Integer> bins = new HashSet<>();
        for (BinLayout bin : domain.bins()) {
            Place place = new Place("bin " + bin.bin(), domain.owner());
            if (!bins.add(bin.bin())) {
                throw violation(3, place + " is there twice");
            }
            if (bin.marked() == bin.blocks().isEmpty()) {
                throw violation(
                        4,
                        place + ": its bit is " + (bin.marked() ? "set" : "clear") + ", and it holds "
                                + bin.blocks().size() + " blocks");
            }
            bytes += checkBin(domain, bin, place);
        }
        if (bytes != domain.indexedBytes()) {
            throw violation(
                    5,
                    "the index of owner " + domain.owner() + " says that it holds " + domain.indexedBytes()
                            + " bytes, and holds " + bytes);
        }
    }

    private long checkBin(DomainLayout domain, BinLayout bin, Place place) {
        long bytes = 0;
        BlockLayout before = null;
        for (int id : bin.blocks()) {
            BlockLayout block = place(id, State.FREE, place);
            checkOwner(block, domain, place);
            if (block.bytes() < bin.least() || block.bytes() > bin.most()) {
                throw violation(
                        3, place + " for " + bin.least() + " to " + bin.most() + " bytes holds " + Blocks.text(block));
            }
            if (before != null && !isInOrder(before, block)) {
                throw violation(
                        3,
                        place + " holds " + Blocks.text(before) + " before " + Blocks.text(block)
                                + ", against the order of best fit");
            }
            before = block;
            bytes += block.bytes();
        }
        return bytes;
    }

    /** By size; equals: parts of segments by address, then whole segments, the one freed last first. */
    private boolean isInOrder(BlockLayout before, BlockLayout block) {
        if (before.bytes() != block.bytes()) {
            return before.bytes() < block.bytes();
        }
        boolean whole = wholeSegments.contains(block.id());
        if (whole != wholeSegments.contains(before.id())) {
            return whole;
        }
        if (whole && before.sequence() != block.sequence()) {
            return before.sequence() > block.sequence();
        }
        return Long.compareUnsigned(before.address(), block.address()) < 0;
    }

    private void checkCache(DomainLayout domain) {
        long bytes = 0;
        Place place = new Place("the cache", domain.owner());
        for (int id : domain.cached()) {
            BlockLayout block = place(id, State.CACHED, place);
            checkOwner(block, domain, place);
            bytes += block.bytes();
        }
        if (bytes != domain.cachedBytes()) {
            throw violation(5, place + " says that it holds " + domain.cachedBytes() + " bytes, and holds " + bytes);
        }
    }

    private void checkBatch(BatchLayout batch) {
        long bytes = 0;
        Place place = new Place("a batch", batch.target());
        for (int id : batch.blocks()) {
            bytes += place(id, State.PENDING, place).bytes();
        }
        if (bytes != batch.bytes()) {
            throw violation(5, place + " says that it holds " + batch.bytes() + " bytes, and holds " + bytes);
        }
    }

    private void checkDedicated(SegmentLayout segment) {
        if (segment.dedicated()) {
            BlockLayout block = segment.blocks().getFirst();
            if (block.state() == State.CACHED || block.state() == State.FREE) {
                throw violation(3, Blocks.text(block) + " of a dedicated segment is there for other requests");
            }
        }
    }

    private void checkPlaced(BlockLayout block) {
        boolean placed = block.state() == State.CACHED || block.state() == State.FREE || block.state() == State.PENDING;
        if (placed && placeOf[block.id()] == null) {
            throw violation(3, Blocks.text(block) + " is in no index, cache or batch");
        }
    }

    /** Puts a block where a place names it, and returns it. */
    private BlockLayout place(int id, State state, Place place) {
        BlockLayout block = blocks.find(id);
        if (block == null) {
            throw violation(3, place + " holds block " + id + ", which is in no segment");
        }
        Place other = placeOf[id];
        if (other != null) {
            throw violation(3, Blocks.text(block) + " is in " + place + " and in " + other);
        }
        placeOf[id] = place;
        if (block.state() != state) {
            throw violation(3, place + " holds " + Blocks.text(block) + ", whose state should be " + state);
        }
        return block;
    }

    private void checkOwner(BlockLayout block, DomainLayout domain, Place place) {
        if (block.owner() != domain.owner()) {
            throw violation(3, place + " holds " + Blocks.text(block));
        }
    }

    private InvariantViolation violation(int invariant, String detail) {
        return new InvariantViolation(invariant, "pool \"" + layout.name() + "\": " + detail);
    }
}
