package dev.quarry.internal.pool;

import dev.quarry.internal.device.DriverEvent;
import dev.quarry.internal.device.DriverStream;
import dev.quarry.internal.pool.PendingBlock.Use;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Segment;
import dev.quarry.spi.DriverException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The freed blocks that several streams, or events of the user, must pass. The list is guarded by the pool's lock. */
final class Pending {
    private final PoolCore core;
    private final StreamOrder order;
    private final SegmentRelease release;

    /** The domain of the device's default stream, which clears what the host cannot. */
    private final Supplier<Domain> defaultDomain;

    private final List<PendingBlock> blocks = new ArrayList<>();
    private long bytes;

    /** Guarded by the gate. */
    private boolean isClearing;

    Pending(PoolCore core, StreamOrder order, SegmentRelease release, Supplier<Domain> defaultDomain) {
        this.core = core;
        this.order = order;
        this.release = release;
        this.defaultDomain = defaultDomain;
    }

    /** Returns the sum of the sizes; under the pool's lock. */
    long bytes() {
        return bytes;
    }

    /** Returns the blocks; under the pool's lock. */
    List<PendingBlock> blocks() {
        return blocks;
    }

    /** Adds a block; under the pool's lock. */
    void add(PendingBlock pending) {
        Block block = pending.block();
        block.setOwner(Domain.HOST, Block.PENDING);
        bytes += block.size();
        core.counters().indexFrees++;
        core.counters().freedBytes += block.size();
        core.counters().requestedIn += block.requested();
        blocks.add(pending);
    }

    /**
     * Frees what is complete, and what only one stream must still pass: that stream's domain owns it then. Under the
     * gate. A private pool asks nobody before its close.
     *
     * @return bytes freed
     */
    long poll() {
        long freed = 0;
        isClearing = false;
        if (core.isSecluded()) {
            return freed;
        }
        for (PendingBlock pending : snapshot()) {
            List<Use> open = new ArrayList<>(pending.uses());
            open.removeIf(this::isPassed);
            boolean reached = pending.events().stream().allMatch(this::isReached);
            if (reached && open.isEmpty()) {
                boolean byHost = !pending.clear() || core.kind().isHostAccessible();
                freed += free(pending, byHost ? core.hostDomain() : defaultDomain.get());
            } else if (reached && open.size() == 1 && isMovable(pending) && !pending.clear()) {
                freed += free(pending, open.getFirst().domain());
            }
        }
        return freed;
    }

    /**
     * Makes a domain's stream wait for what is pending, on the device, and frees it in that domain. Under the gate.
     *
     * @return bytes freed
     */
    long takeAll(Domain domain, DriverStream stream) {
        long freed = 0;
        for (PendingBlock pending : snapshot()) {
            boolean ordered = isMovable(pending)
                    && pending.uses().stream().allMatch(use -> order.order(domain, use.domain(), use.sequence(), true));
            if (ordered) {
                for (DriverEvent event : pending.events()) {
                    if (!event.query()) {
                        stream.waitForHeld(event);
                        core.counters().streamWaits.incrementAndGet();
                    }
                }
                freed += free(pending, domain);
            }
        }
        return freed;
    }

    /** Returns a copy of the list. */
    List<PendingBlock> snapshot() {
        core.lock();
        try {
            return blocks.isEmpty() ? List.of() : List.copyOf(blocks);
        } finally {
            core.unlock();
        }
    }

    /** Overwrites a block: on a stream that is ordered behind all its uses, or on the host when they are complete. */
    private boolean clear(Block block, @Nullable DriverStream stream) {
        long address = block.address();
        long size = block.size();
        try {
            if (stream == null) {
                core.device().driver().clear(address, size);
            } else {
                stream.driver().fill(stream.handle(), address, size, (byte) 0);
            }
            return true;
        } catch (DriverException e) {
            core.log("a driver failed to clear " + size + " bytes; they wait until it works", e);
            return false;
        }
    }

    private boolean isPassed(Use use) {
        if (!use.isUnknown()) {
            order.cover(use.domain(), use.sequence());
        }
        return order.isComplete(use.domain(), use.sequence());
    }

    private boolean isReached(DriverEvent event) {
        try {
            return event.query();
        } catch (DriverException e) {
            core.log("cannot query an event of " + event.stream() + "; the memory behind it stays", e);
            return false;
        }
    }

    private boolean isMovable(PendingBlock pending) {
        return !pending.block().isDedicated() && !pending.isWithheld();
    }

    private long free(PendingBlock pending, Domain domain) {
        Heap heap = core.heap();
        Block block = pending.block();
        long size = block.size();
        if (pending.clear() && !clear(block, domain.stream())) {
            return 0;
        }
        boolean dedicated = block.isDedicated();
        if (dedicated && pending.clear() && !domain.isHost()) {
            awaitClearing(pending, domain);
            return 0;
        }
        core.lock();
        try {
            blocks.remove(pending);
            bytes -= size;
            if (!dedicated) {
                heap.free(block, domain);
            }
        } finally {
            core.unlock();
        }
        pending.events().forEach(DriverEvent::release);
        if (dedicated) {
            giveBack(block);
        }
        return size;
    }

    /** Returns whether the last {@link #poll} has left blocks that wait for being cleared on a stream. Under the gate. */
    boolean isClearing() {
        return isClearing;
    }

    /** Lets a block wait for its own clearing on a stream before it is given back. */
    private void awaitClearing(PendingBlock pending, Domain domain) {
        isClearing = true;
        core.lock();
        try {
            Use clearing = new Use(domain, domain.nextSequence());
            blocks.set(blocks.indexOf(pending), new PendingBlock(pending.block(), List.of(clearing), List.of(), false));
        } finally {
            core.unlock();
        }
        pending.events().forEach(DriverEvent::release);
    }

    /** Gives a dedicated segment back; if the driver fails, it waits for the next poll. */
    private void giveBack(Block block) {
        Segment segment;
        core.lock();
        try {
            segment = block.segment();
            core.heap().segments().remove(segment);
        } finally {
            core.unlock();
        }
        try {
            release.giveBack(segment);
        } catch (DriverException e) {
            core.log("the driver failed to take a shareable segment back; it will be tried again", e);
            keep(segment);
        }
    }

    private void keep(Segment segment) {
        core.lock();
        try {
            Block block = core.heap().addSegment(segment.address(), segment.bytes(), segment.isSmall(), true);
            block.setOwner(Domain.HOST, Block.PENDING);
            bytes += segment.bytes();
            blocks.add(new PendingBlock(block, List.of(), List.of(), false));
        } finally {
            core.unlock();
        }
    }
}
