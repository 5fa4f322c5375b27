package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import dev.quarry.internal.inspect.PoolInspector;
import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.inspect.PoolLayout.BlockLayout;
import dev.quarry.internal.inspect.PoolLayout.MappingLayout;
import dev.quarry.internal.inspect.PoolLayout.SegmentLayout;
import dev.quarry.internal.inspect.PoolLayout.State;
import dev.quarry.testkit.model.Mishaps.Outcome;
import java.util.List;

/** The operation that compacts a pool, and the check that all memory which can be moved is of use as one piece then. */
final class Compacting {
    /** Larger requests have ranges of their own. */
    private static final long SMALL_BYTES = 1 << 20;

    private final World world;
    private final Dice dice;

    Compacting(World world) {
        this.world = world;
        this.dice = world.dice();
    }

    /** Compacts a pool, and takes what it gathered as one piece now and then. */
    void compact() {
        PoolBook book = dice.pick(world.books());
        boolean settled = dice.oneIn(2);
        world.tell(() -> "compact " + book + (settled ? ", with all work complete" : ""));
        if (settled) {
            world.driver().advanceAll();
        }
        long spare = PoolInspector.inspect(book.pool()).spareBytes();
        Outcome outcome = world.mishaps().outcome(() -> {
            long bytes = book.pool().compact();
            PoolLayout layout = PoolInspector.inspect(book.pool());
            long reserved = layout.statistics().reservedBytes().current();
            PoolBook.equal(
                    "bytes gathered or given back", bytes, layout.spareBytes() - spare + book.reserved() - reserved);
        });
        if (outcome != Outcome.DONE
                || world.mishaps().everStruck()
                || world.plan().interloper()) {
            return;
        }
        if (book.isPrivate()) {
            PoolBook.equal(
                    "bytes that a private pool keeps",
                    book.pool().statistics().reservedBytes().current(),
                    book.reserved());
            return;
        }
        PoolLayout layout = PoolInspector.inspect(book.pool());
        long top = checkGathered(layout);
        boolean captures = world.strands().stream().anyMatch(Strand::isCapturing);
        boolean bound = world.room(book) < 0 || book.kept() > 0; // then not all that is free may be handed out
        long spareBytes = layout.spareBytes();
        boolean fits = !isPartlyOfStreams(layout)
                && hasRoomAtTop(layout, spareBytes + world.plan().pageBytes());
        if (spareBytes > 0 && !captures && !bound && fits && dice.oneIn(2)) {
            takeAll(book.pool(), spareBytes + top <= SMALL_BYTES ? spareBytes : spareBytes + top);
        }
    }

    /** Checks that nothing that can be moved is left where it was, but at the end of one range; returns how much lies there. */
    private static long checkGathered(PoolLayout layout) {
        long kept = 0;
        for (SegmentLayout segment : layout.segments()) {
            List<BlockLayout> blocks = segment.blocks();
            List<MappingLayout> mappings = segment.mappings();
            if (mappings == null) {
                if (!segment.dedicated() && blocks.size() == 1 && isFree(blocks.getFirst())) {
                    throw new AssertionError("a segment that nobody uses is left: " + segment);
                }
                continue;
            }
            for (int i = 0; i < blocks.size(); i++) {
                BlockLayout block = blocks.get(i);
                boolean movable = isFree(block) && mappings.stream().anyMatch(mapping -> isUnder(mapping, block));
                if (movable && (i + 2 < blocks.size() || kept > 0)) {
                    throw new AssertionError("memory that can be moved is left under " + block);
                }
                kept = movable ? block.bytes() : kept;
            }
        }
        return kept;
    }

    /**
     * Returns whether streams own free memory: a request may join that to what was gathered, and then lacks less than a handle
     * has that was gathered whole.
     */
    private static boolean isPartlyOfStreams(PoolLayout layout) {
        return layout.segments().stream()
                .flatMap(segment -> segment.blocks().stream())
                .anyMatch(block -> block.state() == State.FREE && block.owner() != 0);
    }

    /**
     * Returns whether each range has a hole of some bytes at its end, where what was gathered is mapped whole: elsewhere a request
     * may lack less than a handle has, since free memory that cannot be moved adjoins the hole.
     */
    private static boolean hasRoomAtTop(PoolLayout layout, long bytes) {
        return layout.segments().stream()
                .filter(segment -> segment.mappings() != null)
                .map(segment -> segment.blocks().getLast())
                .allMatch(last -> last.state() == State.UNMAPPED && last.bytes() > bytes);
    }

    /** Takes a piece of the size of all that was gathered, and of what is free at the end of a range. */
    private void takeAll(MemoryPool pool, long bytes) {
        world.tell(() -> "take all that was gathered in " + pool.name() + ": " + bytes);
        long before = pool.statistics().driver().pagesCreated();
        try (Allocation all = pool.allocate(bytes)) {
            PoolBook.equal(
                    "handles created for " + all, pool.statistics().driver().pagesCreated(), before);
        }
    }

    private static boolean isFree(BlockLayout block) {
        return block.state() == State.FREE && block.owner() == 0;
    }

    private static boolean isUnder(MappingLayout mapping, BlockLayout block) {
        return mapping.address() >= block.address()
                && mapping.address() + mapping.bytes() <= block.address() + block.bytes();
    }
}
