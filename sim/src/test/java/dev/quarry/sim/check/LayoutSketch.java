package dev.quarry.sim.check;

import dev.quarry.MemoryStatistics;
import dev.quarry.MemoryStatistics.Family;
import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.inspect.PoolLayout.BatchLayout;
import dev.quarry.internal.inspect.PoolLayout.BinLayout;
import dev.quarry.internal.inspect.PoolLayout.BlockLayout;
import dev.quarry.internal.inspect.PoolLayout.DomainLayout;
import dev.quarry.internal.inspect.PoolLayout.SegmentLayout;
import dev.quarry.internal.inspect.PoolLayout.State;
import java.util.ArrayList;
import java.util.List;

/**
 * A picture of a pool that a test can spoil: one segment with blocks 0 to 6 in all states, and a dedicated one with block 7.
 *
 * <pre>
 *   0 in use   1 free, owner 0   2 free, owner 1   3 cached   4 pending   5 in transit   6 free, owner 0
 *   1024       2048              512               512        1024        512            1024
 * </pre>
 */
final class LayoutSketch {
    static final long BASE = 0x10000;

    final List<BlockLayout> blocks = new ArrayList<>();
    final List<Integer> bin = new ArrayList<>(List.of(6, 1));
    final List<Integer> cache = new ArrayList<>(List.of(3));
    final List<Integer> batch = new ArrayList<>(List.of(4));
    final List<Integer> deferred = new ArrayList<>();
    long segmentBytes = 6656;
    long dedicatedAddress = 0x900000;
    int dedicatedId = 7;
    State dedicatedState = State.IN_USE;
    long binMost = 4096;
    boolean binMarked = true;
    boolean emptyBinMarked;
    long indexed = 3072;
    long allocations = 2;
    long requested = 3000;
    long allocated = 5120;
    long cached = 512;
    long pending = 1536;
    long free = 3584;
    long largestFree = 2048;
    long account = 10752;
    long peakLoss;
    long totalLoss;
    private final List<SegmentLayout> whole = new ArrayList<>();
    private int dedicatedBlocks = 1;

    LayoutSketch() {
        add(State.IN_USE, 1, 1024);
        add(State.FREE, 0, 2048);
        add(State.FREE, 1, 512);
        add(State.CACHED, 1, 512);
        add(State.PENDING, 1, 1024);
        add(State.IN_TRANSIT, 0, 512);
        add(State.FREE, 0, 1024);
        ask(0, 1000);
    }

    /** Returns the picture of a pool that took nothing from its driver. */
    static PoolLayout empty() {
        Family none = new Family(0, 0, 0, 0);
        DomainLayout host = new DomainLayout(0, List.of(), List.of(), 0, 0);
        return new PoolLayout(
                "sketch",
                512,
                List.of(),
                List.of(host),
                List.of(),
                List.of(),
                statistics(none, none, none, none),
                0,
                0);
    }

    void move(int id, long by) {
        BlockLayout b = blocks.get(id);
        blocks.set(id, new BlockLayout(id, b.address() + by, b.bytes(), b.state(), b.owner(), b.requestedBytes(), 0));
    }

    void resize(int id, long by) {
        BlockLayout b = blocks.get(id);
        blocks.set(id, new BlockLayout(id, b.address(), b.bytes() + by, b.state(), b.owner(), b.requestedBytes(), 0));
    }

    void own(int id, int owner) {
        BlockLayout b = blocks.get(id);
        blocks.set(id, new BlockLayout(id, b.address(), b.bytes(), b.state(), owner, b.requestedBytes(), 0));
    }

    void ask(int id, long bytes) {
        BlockLayout b = blocks.get(id);
        blocks.set(id, new BlockLayout(id, b.address(), b.bytes(), b.state(), b.owner(), bytes, 0));
    }

    void splitDedicated() {
        dedicatedBlocks = 2;
    }

    /** Adds a segment that is one free block of owner 0, freed by that owner's free number {@code sequence}. */
    void addWhole(int id, long address, long bytes, long sequence) {
        BlockLayout block = new BlockLayout(id, address, bytes, State.FREE, 0, 0, sequence);
        whole.add(new SegmentLayout(address, bytes, false, List.of(block)));
        bin.add(id);
        indexed += bytes;
        free += bytes;
        account += bytes;
        largestFree = Math.max(largestFree, bytes);
    }

    PoolLayout layout() {
        List<SegmentLayout> segments = new ArrayList<>(whole);
        segments.add(new SegmentLayout(BASE, segmentBytes, false, List.copyOf(blocks)));
        segments.add(dedicated());
        DomainLayout host = new DomainLayout(
                0, List.of(new BinLayout(4, 512, binMost, binMarked, List.copyOf(bin))), List.of(), 0, indexed);
        DomainLayout stream = new DomainLayout(
                1,
                List.of(
                        new BinLayout(2, 512, 512, true, List.of(2)),
                        new BinLayout(9, 8192, 8704, emptyBinMarked, List.of())),
                List.copyOf(cache),
                512,
                512);
        return new PoolLayout(
                "sketch",
                512,
                segments,
                List.of(host, stream),
                List.of(new BatchLayout(0, 1024, List.copyOf(batch))),
                List.copyOf(deferred),
                statistics(),
                account,
                0);
    }

    private SegmentLayout dedicated() {
        List<BlockLayout> parts = new ArrayList<>();
        long bytes = 4096 / dedicatedBlocks;
        for (int i = 0; i < dedicatedBlocks; i++) {
            parts.add(
                    new BlockLayout(dedicatedId + i, dedicatedAddress + i * bytes, bytes, dedicatedState, 0, 2000, 0));
        }
        return new SegmentLayout(dedicatedAddress, 4096, true, parts);
    }

    private MemoryStatistics statistics() {
        MemoryStatistics families =
                statistics(family(allocations), family(requested), family(allocated), family(10752 + wholeBytes()));
        return new MemoryStatistics(
                families.allocations(),
                families.requestedBytes(),
                families.allocatedBytes(),
                families.reservedBytes(),
                family(2 + whole.size()),
                cached,
                pending,
                free,
                largestFree,
                families.hits(),
                families.driver(),
                0,
                0,
                families.lost());
    }

    private long wholeBytes() {
        return whole.stream().mapToLong(SegmentLayout::bytes).sum();
    }

    private static MemoryStatistics statistics(
            Family allocations, Family requested, Family allocated, Family reserved) {
        return new MemoryStatistics(
                allocations,
                requested,
                allocated,
                reserved,
                new Family(0, 0, 0, 0),
                0,
                0,
                0,
                0,
                new MemoryStatistics.Hits(0, 0, 0, 0),
                new MemoryStatistics.DriverCalls(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                0,
                0,
                new MemoryStatistics.LostHandles(0, 0, 0));
    }

    private Family family(long current) {
        return new Family(current, current - peakLoss, current + 100 - totalLoss, 100);
    }

    private void add(State state, int owner, long bytes) {
        long address = blocks.isEmpty()
                ? BASE
                : blocks.getLast().address() + blocks.getLast().bytes();
        blocks.add(new BlockLayout(blocks.size(), address, bytes, state, owner, 0, 0));
    }
}
