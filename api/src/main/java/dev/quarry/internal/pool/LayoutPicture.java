package dev.quarry.internal.pool;

import dev.quarry.MemoryStatistics;
import dev.quarry.internal.index.BlockTable;
import dev.quarry.internal.index.FreeIndex;
import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.inspect.PoolLayout.BatchLayout;
import dev.quarry.internal.inspect.PoolLayout.BinLayout;
import dev.quarry.internal.inspect.PoolLayout.BlockLayout;
import dev.quarry.internal.inspect.PoolLayout.DomainLayout;
import dev.quarry.internal.inspect.PoolLayout.SegmentLayout;
import dev.quarry.internal.inspect.PoolLayout.State;
import dev.quarry.internal.segment.Segment;
import java.util.ArrayList;
import java.util.List;

/** A pool's inner state on its way into immutable records. The caller holds gate and lock. */
final class LayoutPicture {
    private final PoolCore core;
    private final Pending pending;
    private final BlockTable table;

    LayoutPicture(PoolCore core, Pending pending) {
        this.core = core;
        this.pending = pending;
        this.table = core.table();
    }

    PoolLayout take(MemoryStatistics statistics) {
        List<SegmentLayout> segments = new ArrayList<>();
        core.heap().segments().forEach(segment -> segments.add(segment(segment)));
        List<DomainLayout> domains = new ArrayList<>();
        for (Domain domain : core.heap().presentDomains()) {
            domains.add(domain(domain));
        }
        List<BatchLayout> batches = pending.blocks().stream()
                .map(block -> new BatchLayout(Domain.HOST, table.size(block.block()), List.of(block.block())))
                .toList();
        return new PoolLayout(
                core.name(),
                core.classes().granule(),
                List.copyOf(segments),
                List.copyOf(domains),
                batches,
                List.of(),
                statistics,
                core.account().charged());
    }

    private SegmentLayout segment(Segment segment) {
        List<BlockLayout> blocks = new ArrayList<>();
        for (int block = segment.first(); block != 0; block = table.next(block)) {
            blocks.add(new BlockLayout(
                    block,
                    table.address(block),
                    table.size(block),
                    state(block),
                    table.owner(block),
                    table.requested(block)));
        }
        return new SegmentLayout(segment.address(), segment.bytes(), segment.isDedicated(), List.copyOf(blocks));
    }

    private State state(int block) {
        return switch (table.state(block)) {
            case BlockTable.IN_USE -> State.IN_USE;
            case BlockTable.CACHED -> State.CACHED;
            case BlockTable.FREE -> State.FREE;
            case BlockTable.PENDING -> State.PENDING;
            case BlockTable.IN_TRANSIT -> State.IN_TRANSIT;
            default -> throw new IllegalStateException("block " + block + " has state " + table.state(block));
        };
    }

    private DomainLayout domain(Domain domain) {
        List<BinLayout> bins = new ArrayList<>();
        addBins(bins, domain.index(true), 0);
        addBins(bins, domain.index(false), FreeIndex.bins());
        List<Integer> cached = new ArrayList<>();
        domain.cache().forEach(cached::add);
        return new DomainLayout(
                domain.id(),
                List.copyOf(bins),
                List.copyOf(cached),
                domain.cache().counters().bytes(),
                domain.indexedBytes());
    }

    /** Adds an index's bins that hold or claim to hold blocks; those of the second index are numbered on. */
    private static void addBins(List<BinLayout> bins, FreeIndex index, int offset) {
        for (int bin = index.nextBin(0); bin < FreeIndex.bins(); bin = index.nextBin(bin + 1)) {
            List<Integer> blocks = new ArrayList<>();
            index.forEachInBin(bin, blocks::add);
            long most = bin + 1 == FreeIndex.bins() ? Long.MAX_VALUE : index.leastOf(bin + 1) - 1;
            bins.add(new BinLayout(offset + bin, index.leastOf(bin), most, index.isMarked(bin), List.copyOf(blocks)));
        }
    }
}
