package dev.quarry.internal.pool;

import dev.quarry.MemoryStatistics;
import dev.quarry.internal.index.FreeIndex;
import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.inspect.PoolLayout.BatchLayout;
import dev.quarry.internal.inspect.PoolLayout.BinLayout;
import dev.quarry.internal.inspect.PoolLayout.BlockLayout;
import dev.quarry.internal.inspect.PoolLayout.DomainLayout;
import dev.quarry.internal.inspect.PoolLayout.MappingLayout;
import dev.quarry.internal.inspect.PoolLayout.SegmentLayout;
import dev.quarry.internal.inspect.PoolLayout.State;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Segment;
import java.util.ArrayList;
import java.util.List;

/** A pool's inner state on its way into immutable records. The caller holds gate and lock. */
final class LayoutPicture {
    private final PoolCore core;
    private final Pending pending;

    LayoutPicture(PoolCore core, Pending pending) {
        this.core = core;
        this.pending = pending;
    }

    PoolLayout take(MemoryStatistics statistics) {
        List<SegmentLayout> segments = new ArrayList<>();
        core.heap().segments().forEach(segment -> segments.add(segment(segment)));
        List<DomainLayout> domains = new ArrayList<>();
        for (Domain domain : core.heap().presentDomains()) {
            domains.add(domain(domain));
        }
        List<BatchLayout> batches = pending.blocks().stream()
                .map(block -> new BatchLayout(
                        Domain.HOST, block.block().size(), List.of(block.block().number())))
                .toList();
        return new PoolLayout(
                core.name(),
                core.classes().granule(),
                List.copyOf(segments),
                List.copyOf(domains),
                batches,
                List.of(),
                statistics,
                core.account().charged(),
                core.counters().spareBytes);
    }

    private SegmentLayout segment(Segment segment) {
        List<BlockLayout> blocks = new ArrayList<>();
        for (Block block = segment.first(); block != null; block = block.next()) {
            blocks.add(new BlockLayout(
                    block.number(),
                    block.address(),
                    block.size(),
                    state(block),
                    block.owner(),
                    block.requested(),
                    block.sequence()));
        }
        List<MappingLayout> mappings = !segment.isPaged()
                ? null
                : segment.pages().mappings().stream()
                        .map(mapping -> new MappingLayout(mapping.address(), mapping.bytes(), mapping.handle()))
                        .toList();
        return new SegmentLayout(
                segment.address(), segment.bytes(), segment.isDedicated(), List.copyOf(blocks), mappings);
    }

    private static State state(Block block) {
        return switch (block.state()) {
            case Block.IN_USE -> State.IN_USE;
            case Block.CACHED -> State.CACHED;
            case Block.FREE -> State.FREE;
            case Block.PENDING -> State.PENDING;
            case Block.IN_TRANSIT -> State.IN_TRANSIT;
            case Block.UNMAPPED -> State.UNMAPPED;
            case Block.STUCK -> State.STUCK;
            default -> throw new IllegalStateException(block + " has state " + block.state());
        };
    }

    private DomainLayout domain(Domain domain) {
        List<BinLayout> bins = new ArrayList<>();
        addBins(bins, domain.index(true), 0);
        addBins(bins, domain.index(false), FreeIndex.bins());
        List<Integer> cached = new ArrayList<>();
        domain.cache().forEach(block -> cached.add(block.number()));
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
            index.forEachInBin(bin, block -> blocks.add(block.number()));
            long most = bin + 1 == FreeIndex.bins() ? Long.MAX_VALUE : index.leastOf(bin + 1) - 1;
            bins.add(new BinLayout(offset + bin, index.leastOf(bin), most, index.isMarked(bin), List.copyOf(blocks)));
        }
    }
}
