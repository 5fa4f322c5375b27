package dev.quarry;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a pool held at one moment, and what it did until then. Immutable.
 *
 * <p>{@code reserved = allocated + cached + pending + free} holds in every snapshot.
 *
 * @param allocations handles given out; the peak is not kept and equals the current value
 * @param requestedBytes bytes asked for by holders of open allocations; the peak as for {@code allocations}
 * @param allocatedBytes bytes given out after rounding; the peak is exact where one thread uses the pool, else at most
 *     the allocations under way at that moment too high; of a child pool, an upper bound: it counts an allocation before the
 *     pool above serves it, and one that is refused there too
 * @param reservedBytes bytes taken from the driver; current value and peak are exact
 * @param segments regions taken from the driver
 * @param cachedBytes bytes in stream caches
 * @param pendingBytes bytes that wait for work on several streams, or are being handed over
 * @param freeBytes bytes in the free index, and of memory that is mapped nowhere: {@link MemoryPool#compact()} gathers it
 * @param largestFreeBytes the largest block in the free index, or all memory that is mapped nowhere, if that is more
 * @param hits where allocations were served from
 * @param driver what was asked of the driver
 * @param outOfMemory allocations that failed
 * @param retries attempts that followed a call of the out-of-memory handler
 * @param lost handles that were lost without a close, as far as they were watched
 * @param ladder what each step of the ladder did; has all of them
 */
public record MemoryStatistics(
        Family allocations,
        Family requestedBytes,
        Family allocatedBytes,
        Family reservedBytes,
        Family segments,
        long cachedBytes,
        long pendingBytes,
        long freeBytes,
        long largestFreeBytes,
        Hits hits,
        DriverCalls driver,
        long outOfMemory,
        long retries,
        LostHandles lost,
        Map<LadderStep, StepFigures> ladder) {
    private static final StepFigures UNTRIED = new StepFigures(0, 0, 0, 0);

    /** Copies the map, and adds the steps that it lacks as never tried. */
    public MemoryStatistics {
        Map<LadderStep, StepFigures> steps = new EnumMap<>(LadderStep.class);
        steps.putAll(ladder);
        for (LadderStep step : LadderStep.values()) {
            steps.putIfAbsent(step, UNTRIED);
        }
        ladder = Collections.unmodifiableMap(steps);
    }

    /** Returns what one step of the ladder did. */
    public StepFigures ladder(LadderStep step) {
        return ladder.getOrDefault(step, UNTRIED);
    }

    /**
     * One quantity over time.
     *
     * @param current the value now
     * @param peak the greatest value so far
     * @param totalAllocated the sum of all increases
     * @param totalFreed the sum of all decreases
     */
    public record Family(long current, long peak, long totalAllocated, long totalFreed) {}

    /**
     * Where allocations were served from.
     *
     * @param streamCache a stream's own cache
     * @param index the free index
     * @param handedOver memory that changed owner for this request
     * @param grown a new segment
     */
    public record Hits(long streamCache, long index, long handedOver, long grown) {}

    /**
     * What was asked of the driver.
     *
     * @param allocations segments asked for, failures included
     * @param frees segments given back
     * @param pagesCreated handles of physical memory taken, to be mapped into reserved addresses
     * @param pagesReleased handles of physical memory given back
     * @param maps handles mapped
     * @param unmaps handles unmapped
     * @param events events recorded by the pool
     * @param streamWaits waits put on streams by the pool
     * @param hostWaits waits of the host for a device, on the way to failure only
     * @param stallNanos time spent in them
     */
    public record DriverCalls(
            long allocations,
            long frees,
            long pagesCreated,
            long pagesReleased,
            long maps,
            long unmaps,
            long events,
            long streamWaits,
            long hostWaits,
            long stallNanos) {}

    /**
     * Handles that the garbage collector took before a {@code close}.
     *
     * @param found those that were noticed, each of them reported
     * @param reclaimed those of them whose memory came back
     * @param reclaimedBytes bytes of their blocks; the blocks count as freed from then on
     */
    public record LostHandles(long found, long reclaimed, long reclaimedBytes) {}

    /**
     * What one step of the ladder did.
     *
     * @param tries how often it was tried
     * @param served how often a request was served right after it
     * @param bytes what it made available in all; what it took, for a step that takes one block
     * @param nanos the time it took in all, by the pool's time source
     */
    public record StepFigures(long tries, long served, long bytes, long nanos) {}

    /**
     * Returns how scattered free memory is: {@code 1 - largestFreeBytes / freeBytes}, 0 where nothing is free. 0 means
     * that all free memory is one block.
     */
    public double fragmentation() {
        return freeBytes == 0 ? 0 : 1 - (double) largestFreeBytes / freeBytes;
    }

    /** Returns how well reserved memory was used: peak of allocated over peak of reserved, 1 where nothing was reserved. */
    public double efficiency() {
        return reservedBytes.peak() == 0 ? 1 : (double) allocatedBytes.peak() / reservedBytes.peak();
    }
}
