package dev.quarry.internal.pool;

import dev.quarry.internal.account.Account;
import dev.quarry.internal.account.PoolCounters;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Mapping;
import dev.quarry.internal.segment.PagePolicy;
import dev.quarry.internal.segment.Segment;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.VirtualMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * Handles of physical memory on their way between driver, holes and account. The caller holds the gate and not the lock.
 *
 * <p>Created memory is charged as long as it is not released, mapped or not (I5). A handle that the driver did not release
 * is spare, as one that was gathered: the next growth maps it, if it fits. One that it did not unmap after it could not be
 * made accessible stays where it is, out of use, until the pool closes.
 */
final class PageSupply {
    private final PoolCore core;
    private final VirtualMemory memory;
    private final Account account;
    private final PoolCounters counters;

    /** Created and mapped nowhere: gathered, or left where a driver failed. */
    private final SpareHandles spare;

    /** Mapped, and neither accessible nor possible to unmap; each under a block of that state. */
    private final List<Ranges.Detached> stuck = new ArrayList<>();

    PageSupply(PoolCore core, VirtualMemory memory) {
        this.core = core;
        this.memory = memory;
        this.account = core.account();
        this.counters = core.counters();
        this.spare = new SpareHandles(core.clock());
    }

    /**
     * Physical memory that is mapped nowhere.
     *
     * @param id the driver's name for it
     * @param bytes its size
     */
    record Handle(long id, long bytes) {}

    /** Returns the unit of mapping in bytes. */
    long pageBytes() {
        return memory.pageSize(core.kind());
    }

    /** Returns how the pool grows, by what it may reserve now. */
    PagePolicy policy() {
        return policy(core, pageBytes());
    }

    /** Returns how a pool grows over pages of a size. */
    static PagePolicy policy(PoolCore core, long pageBytes) {
        return new PagePolicy(pageBytes, core.options().mode(), core.mostBytes(), core.isLimited());
    }

    /**
     * Gets handles for some bytes: spare ones that fit, else new ones.
     *
     * @return the handles, or nothing and no change if the limit or the device refuses
     * @throws DriverException if the driver failed for another reason; nothing has changed then
     */
    List<Handle> create(long bytes) {
        PagePolicy policy = policy();
        List<Handle> handles = spare.takeFitting(bytes);
        int taken = handles.size();
        long left = bytes - sum(handles);
        if (left > 0 && !account.charge(left)) {
            spare.addAll(handles);
            return List.of();
        }
        boolean done = false;
        try {
            while (left > 0) {
                long size = policy.handle(left, account.charged());
                handles.add(new Handle(memory.create(core.kind(), size), size));
                counters.pagesCreated.incrementAndGet();
                countSpare(size, size);
                left -= size;
            }
            done = true;
        } catch (DriverOutOfMemoryException e) {
            return List.of();
        } finally {
            if (!done) {
                account.release(left);
                spare.addAll(handles.subList(0, taken));
                release(handles.subList(taken, handles.size()));
            }
        }
        return handles;
    }

    /**
     * Maps handles side by side, makes them accessible, and enters them into the range.
     *
     * @throws DriverException if the driver failed; the handles are spare then, and nothing is mapped
     */
    void map(Segment range, long address, List<Handle> handles) {
        List<Mapping> done = new ArrayList<>(handles.size());
        long at = address;
        try {
            for (Handle handle : handles) {
                memory.map(at, handle.bytes(), handle.id());
                counters.mapCalls.incrementAndGet();
                done.add(new Mapping(at, handle.bytes(), handle.id()));
                at += handle.bytes();
            }
            memory.setAccess(address, at - address);
        } catch (RuntimeException | Error e) {
            spare.addAll(handles.subList(done.size(), handles.size()));
            done.forEach(mapping -> undo(range, mapping));
            throw e;
        }
        core.lock();
        try {
            for (Mapping mapping : done) {
                core.heap().segments().map(range, mapping);
                counters.spareBytes -= mapping.bytes();
            }
        } finally {
            core.unlock();
        }
    }

    /**
     * Unmaps handles whose blocks are in transit, and makes holes of these; a block whose handle the driver does not unmap is
     * free again.
     *
     * @return the handles that are mapped nowhere now
     */
    List<Handle> unmap(List<Ranges.Detached> detached) {
        List<Handle> handles = new ArrayList<>(detached.size());
        for (Ranges.Detached one : detached) {
            Mapping mapping = one.mapping();
            boolean unmapped = isUnmapped(mapping);
            core.lock();
            try {
                if (unmapped) {
                    core.heap().ranges().vacate(one.range(), one.block());
                    handles.add(new Handle(mapping.handle(), mapping.bytes()));
                } else {
                    counters.spareBytes -= mapping.bytes();
                    core.heap().ranges().restore(one);
                }
            } finally {
                core.unlock();
            }
        }
        return handles;
    }

    /** Takes handles out of their places, under the lock: they count as spare until they are mapped or released. */
    List<Ranges.Detached> detach(List<Ranges.Idle> chosen) {
        List<Ranges.Detached> detached = core.heap().ranges().detach(chosen);
        for (Ranges.Detached one : detached) {
            counters.spareBytes += one.mapping().bytes();
        }
        return detached;
    }

    /** Gives handles back that are mapped nowhere; returns their bytes. What the driver does not take is spare. */
    long release(List<Handle> handles) {
        long released = 0;
        for (Handle handle : handles) {
            try {
                memory.release(handle.id(), handle.bytes());
            } catch (DriverException e) {
                core.log("the driver failed to take a handle of " + handle.bytes() + " bytes back; it stays", e);
                spare.add(handle);
                continue;
            }
            counters.pagesReleased.incrementAndGet();
            account.release(handle.bytes());
            countSpare(-handle.bytes(), 0);
            released += handle.bytes();
        }
        return released;
    }

    /** Gives spare handles back until they have some bytes, or all; returns how many bytes. */
    long releaseSpare(long most) {
        return release(spare.takeUpTo(most));
    }

    /** Gives the spare handles back of which none could be used for some bytes; returns how many bytes. */
    long releaseUnfit(long bytes) {
        return release(spare.takeUnfit(bytes));
    }

    /** Gives spare handles back that have been so for some time, in nanoseconds; returns how many bytes. */
    long releaseIdle(long now, long idleNanos) {
        return release(spare.takeIdle(now, idleNanos));
    }

    /** Returns whether there are spare handles. */
    boolean hasSpare() {
        return !spare.isEmpty();
    }

    /** Returns whether there is a spare handle of more than some bytes. */
    boolean hasSpareAbove(long bytes) {
        return spare.hasAbove(bytes);
    }

    /**
     * Takes spare handles that together have at least some bytes and at most others.
     *
     * @return nothing if there are no such ones
     */
    List<Handle> takeSpare(long least, long most) {
        return spare.takeEnough(least, most);
    }

    /** Keeps handles for the next growth. */
    void keep(List<Handle> handles) {
        spare.addAll(handles);
    }

    /** Tries once more to unmap and release what could not be before; for the end of the pool. */
    void releaseStuck() {
        List<Ranges.Detached> all = List.copyOf(stuck);
        stuck.clear();
        for (Ranges.Detached one : all) {
            Mapping mapping = one.mapping();
            if (isUnmapped(mapping)) {
                core.lock();
                try {
                    core.heap().ranges().vacate(one.range(), one.block());
                } finally {
                    core.unlock();
                }
                release(List.of(new Handle(mapping.handle(), mapping.bytes())));
            } else {
                stuck.add(one);
            }
        }
    }

    private void undo(Segment range, Mapping mapping) {
        if (isUnmapped(mapping)) {
            spare.add(new Handle(mapping.handle(), mapping.bytes()));
            return;
        }
        core.lock();
        try {
            Block block = core.heap().ranges().cutHole(range, mapping.address(), mapping.bytes());
            block.setOwner(Domain.HOST, Block.STUCK);
            stuck.add(new Ranges.Detached(range, block, mapping));
        } finally {
            core.unlock();
        }
    }

    private boolean isUnmapped(Mapping mapping) {
        try {
            memory.unmap(mapping.address(), mapping.bytes());
            counters.unmapCalls.incrementAndGet();
            return true;
        } catch (DriverException e) {
            core.log("the driver failed to unmap " + mapping.bytes() + " bytes; they stay where they are", e);
            return false;
        }
    }

    private void countSpare(long more, long created) {
        core.lock();
        try {
            counters.spareBytes += more;
            counters.reservedTotal += created;
            counters.reservedPeak =
                    Math.max(counters.reservedPeak, core.heap().segments().bytes() + counters.spareBytes);
        } finally {
            core.unlock();
        }
    }

    /** Returns the bytes of some handles. */
    static long sum(List<Handle> handles) {
        return handles.stream().mapToLong(Handle::bytes).sum();
    }

    /** Adds new handles to some, up to some bytes; keeps those for the next growth and returns false where that does not work. */
    boolean complete(List<Handle> handles, long bytes) {
        long missing = bytes - sum(handles);
        boolean created = missing == 0;
        try {
            created = created || handles.addAll(create(missing));
        } finally {
            if (!created) {
                keep(handles);
            }
        }
        return created;
    }

    /** Returns how many bytes spare handles have that would be used for some bytes. */
    long spareBytes(long bytes) {
        return spare.fittingBytes(bytes);
    }

    /** Reserves addresses, or returns 0 if there are none. */
    long reserve(long bytes) {
        try {
            return memory.reserve(core.kind(), bytes);
        } catch (DriverOutOfMemoryException e) {
            return 0;
        }
    }

    /** Gives a range of addresses back in which nothing is mapped. */
    void unreserve(Segment range) {
        memory.unreserve(range.address(), range.bytes());
    }
}
