package dev.quarry.sim.check;

import dev.quarry.MemoryStatistics;
import dev.quarry.MemoryStatistics.Family;
import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.inspect.PoolLayout.BlockLayout;
import dev.quarry.internal.inspect.PoolLayout.State;
import java.util.HashSet;
import java.util.Set;

/**
 * The check of the counters against a recount: I5.
 *
 * <p>Blocks that are closed and deferred count either still as allocated, or already as what becomes of them.
 */
final class Accounts {
    private final String pool;
    private final PoolLayout layout;
    private final MemoryStatistics statistics;
    private final Blocks blocks;
    private final Set<Integer> deferred;

    private Accounts(PoolLayout layout, Blocks blocks) {
        this.pool = "pool \"" + layout.name() + "\": ";
        this.layout = layout;
        this.statistics = layout.statistics();
        this.blocks = blocks;
        this.deferred = new HashSet<>(layout.deferred());
    }

    static void check(PoolLayout layout, Blocks blocks) {
        Accounts accounts = new Accounts(layout, blocks);
        accounts.checkFamilies();
        accounts.checkReserved();
        accounts.checkHolders();
        accounts.checkBytes();
    }

    private void checkFamilies() {
        checkFamily("allocations", statistics.allocations());
        checkFamily("requestedBytes", statistics.requestedBytes());
        checkPeak("allocatedBytes", statistics.allocatedBytes()); // its totals are not kept
        checkFamily("reservedBytes", statistics.reservedBytes());
        checkFamily("segments", statistics.segments());
    }

    private void checkFamily(String name, Family family) {
        checkPeak(name, family);
        checkEqual(
                name + ", totalAllocated - totalFreed",
                family.totalAllocated() - family.totalFreed(),
                family.current());
    }

    private void checkPeak(String name, Family family) {
        if (family.peak() < family.current()) {
            throw new InvariantViolation(5, pool + name + " has a peak below its current value: " + family);
        }
    }

    private void checkReserved() {
        long held = layout.segments().stream().mapToLong(Mappings::heldBytes).sum();
        long reserved = held + layout.spareBytes();
        checkEqual("statistics.reservedBytes", statistics.reservedBytes().current(), reserved);
        checkEqual("reservedByAccount", layout.reservedByAccount(), reserved);
        checkEqual(
                "statistics.segments",
                statistics.segments().current(),
                layout.segments().size());
        long parts = statistics.allocatedBytes().current()
                + statistics.cachedBytes()
                + statistics.pendingBytes()
                + statistics.freeBytes();
        checkEqual("allocated + cached + pending + free", parts, reserved);
    }

    /** Checks what counts open handles: all blocks in use, with or without the deferred ones. */
    private void checkHolders() {
        long held = 0;
        long heldBytes = 0;
        long deferredBytes = 0;
        for (BlockLayout block : blocks.all()) {
            if (isDeferred(block)) {
                deferredBytes += block.requestedBytes();
            } else if (block.state() == State.IN_USE) {
                held++;
                heldBytes += block.requestedBytes();
            }
        }
        long allocations = statistics.allocations().current();
        long requested = statistics.requestedBytes().current();
        boolean withoutDeferred = allocations == held && requested == heldBytes;
        boolean withDeferred = allocations == held + deferred.size() && requested == heldBytes + deferredBytes;
        if (!withoutDeferred && !withDeferred) {
            throw new InvariantViolation(
                    5,
                    pool + allocations + " allocations of " + requested + " bytes are counted; in use are " + held
                            + " blocks of " + heldBytes + " bytes asked for, and deferred " + deferred.size() + " of "
                            + deferredBytes);
        }
    }

    private void checkBytes() {
        long allocated = statistics.allocatedBytes().current();
        long slack = blocks.inUseBytes() - allocated;
        if (slack != deferredBytes()) {
            checkEqual("statistics.allocatedBytes", allocated, blocks.inUseBytes());
        }
        checkWithin("statistics.cachedBytes", statistics.cachedBytes(), blocks.cachedBytes(), slack);
        checkWithin("statistics.pendingBytes", statistics.pendingBytes(), blocks.pendingBytes(), slack);
        checkWithin("statistics.freeBytes", statistics.freeBytes(), blocks.freeBytes() + layout.spareBytes(), slack);
        long largest = blocks.all().stream()
                .filter(block -> block.state() == State.FREE)
                .mapToLong(BlockLayout::bytes)
                .max()
                .orElse(0);
        checkEqual(
                "statistics.largestFreeBytes", statistics.largestFreeBytes(), Math.max(largest, layout.spareBytes()));
    }

    private long deferredBytes() {
        long bytes = 0;
        for (BlockLayout block : blocks.all()) {
            bytes += isDeferred(block) ? block.bytes() : 0;
        }
        return bytes;
    }

    private boolean isDeferred(BlockLayout block) {
        return !deferred.isEmpty() && deferred.contains(block.id());
    }

    private void checkEqual(String what, long counted, long recounted) {
        checkWithin(what, counted, recounted, 0);
    }

    private void checkWithin(String what, long counted, long recounted, long slack) {
        if (counted < recounted || counted > recounted + slack) {
            throw new InvariantViolation(
                    5,
                    pool + what + " = " + counted + ", and a recount gives " + recounted
                            + (slack == 0 ? "" : " to " + (recounted + slack)));
        }
    }
}
