package dev.quarry.internal.pool;

import dev.quarry.LadderStep;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryStatistics;
import dev.quarry.OutOfMemoryReport.Refusal;
import dev.quarry.PoolOptions;
import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.pool.Trail.Quest;
import dev.quarry.internal.segment.Segment;

/**
 * Why a pool could not serve a request, in figures: what {@link Remedy} decides by.
 *
 * @param options the options in force
 * @param requested bytes asked for
 * @param block the size of a block for them
 * @param aligned whether more is asked for than the alignment that every block has
 * @param dedicated whether the request needs a segment of its own
 * @param limit the pool's own limit, by either of its options
 * @param above what the limits above the pool's, and reservations of its child pools, say
 * @param lost whether memory of lost handles waits to be freed
 * @param available bytes that the pool's limit and those above it allow to be taken from the driver
 * @param device what the device has
 * @param byOtherPools bytes that other pools of this process hold on the device, of all kinds of memory
 * @param idleOfOthers bytes that other pools were not asked to give back, and could have
 * @param mappable whether the device has virtual memory of this kind
 * @param byPage whether all handles that the pool makes are of one page, the smallest there are
 * @param isTimedOut whether work was not complete when the time for waits was used up
 * @param now the pool's figures
 * @param unfinished free or pending bytes behind work that is not known to be complete
 * @param largestOfOthers the largest block that other streams own and the request may take without a wait of the host
 * @param freeOfOthers bytes in such blocks
 * @param largestUnfinished the largest block that other streams own, behind work that is not known to be complete
 * @param largestOfOtherSort the largest block that the request may take from the segments of the other sort
 * @param unused bytes of segments or handles in no use that no work can touch
 * @param isPrivate whether the pool is private: it gives nothing back, and keeps what a stream freed for that stream
 */
record Shortage(
        PoolOptions options,
        long requested,
        long block,
        boolean aligned,
        boolean dedicated,
        long limit,
        Above above,
        boolean lost,
        long available,
        MemoryInfo device,
        long byOtherPools,
        long idleOfOthers,
        boolean mappable,
        boolean byPage,
        boolean isTimedOut,
        MemoryStatistics now,
        long unfinished,
        long largestOfOthers,
        long freeOfOthers,
        long largestUnfinished,
        long largestOfOtherSort,
        long unused,
        boolean isPrivate) {

    /**
     * What bounds a pool beside its own limit.
     *
     * @param leastLimit the least limit from the pool up
     * @param isKept whether a block could be had but for what is kept for child pools
     * @param refusal whose limit refuses
     * @param heldBytes bytes that all pools of this process hold of the device's memory
     */
    record Above(long leastLimit, boolean isKept, Refusal refusal, long heldBytes) {}

    /**
     * Measures a pool; under its lock.
     *
     * @param page the unit of mapping for this kind of memory, 0 for a device without virtual memory of it
     */
    static Shortage measure(
            PoolCore core, long requested, Trail trail, MemoryStatistics now, MemoryInfo info, long page, Above above) {
        Quest quest = trail.quest();
        Domain asker = quest == null ? core.hostDomain() : quest.domain();
        boolean small = quest != null && quest.wish().small();
        Free own = new Free();
        Free others = new Free();
        for (Domain owner : core.heap().presentDomains()) {
            if (!owner.isHost()) {
                Free free = owner == asker ? own : others;
                free.add(owner, small, true);
                free.add(owner, !small, false);
            }
        }
        return new Shortage(
                core.options(),
                requested,
                blockFor(core, requested),
                quest != null && quest.wish().alignment() > core.classes().granule(),
                quest != null && quest.dedicated(),
                core.account().limit(),
                above,
                core.leaks().hasLost(),
                core.account().available(),
                info,
                above.heldBytes() - core.account().charged(),
                trail.idleOfOthers(),
                page > 0,
                page > 0 && PageSupply.policy(core, page).isByPage(),
                trail.isTimedOut(),
                now,
                now.pendingBytes() + own.unfinished + others.unfinished,
                trail.waits() ? Math.max(others.largest, others.largestUnfinished) : others.largest,
                trail.waits() ? others.finished + others.unfinished : others.finished,
                others.largestUnfinished,
                Math.max(
                        asker.index(!small).largest(),
                        core.hostDomain().index(!small).largest()),
                unused(core, page),
                core.isSecluded());
    }

    /** Returns the size of a block for a request; what is larger than any block stays as it is. */
    static long blockFor(PoolCore core, long requested) {
        return requested > SizeClasses.MAX_BYTES ? requested : core.classes().round(requested);
    }

    /** Returns whether the pool maps memory into reserved addresses. */
    boolean isMapped() {
        return mappable && options.virtualMemory();
    }

    /** Returns whether a step is switched off. */
    boolean lacks(LadderStep step) {
        return !options.ladder().contains(step);
    }

    /** Returns the bytes that could be taken from the driver. */
    long room() {
        return Math.max(0, Math.min(available, device.freeBytes()));
    }

    /** Returns whether the request had room if some bytes of the pool's own came to what the driver can give. */
    boolean wouldDo(long bytes) {
        return bytes > 0 && bytes + room() >= block;
    }

    /** Returns whether the request fails for want of what work keeps from being used. */
    boolean isHeldUpByWork() {
        long sum = now.freeBytes() + now.pendingBytes();
        return unfinished >= block || (wouldDo(sum) && !wouldDo(sum - unfinished) && unfinished > 0);
    }

    /** Free bytes of some streams, in two parts: by whether the work before is known to be complete. */
    private static final class Free {
        private long finished;
        private long unfinished;
        private long largest;
        private long largestUnfinished;

        /** Adds one of a domain's indexes; its largest blocks count if it is of the sort that is asked for. */
        void add(Domain owner, boolean small, boolean fits) {
            owner.index(small).forEach(block -> {
                long size = block.size();
                boolean complete = owner.isCompleted(block.sequence());
                finished += complete ? size : 0;
                unfinished += complete ? 0 : size;
                largest = Math.max(largest, fits && complete ? size : 0);
                largestUnfinished = Math.max(largestUnfinished, fits && !complete ? size : 0);
            });
        }
    }

    private static long unused(PoolCore core, long page) {
        long bytes = 0;
        for (Segment segment : core.heap().segments().empty()) {
            Domain owner = core.heap().domain(segment.first().owner());
            boolean complete =
                    owner.isHost() || owner.isCompleted(segment.first().sequence());
            bytes += complete ? segment.bytes() : 0;
        }
        if (page > 0 && core.options().virtualMemory()) {
            for (Ranges.Idle idle : core.heap().ranges().idle(page)) {
                bytes += idle.mapping().bytes();
            }
        }
        return bytes;
    }
}
