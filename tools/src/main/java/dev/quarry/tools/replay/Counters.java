package dev.quarry.tools.replay;

import dev.quarry.MemoryStatistics;
import dev.quarry.sim.PagePrices;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimPageCalls;
import org.jspecify.annotations.Nullable;

/**
 * What an engine has counted since its target was opened; {@code null} for what it has no such thing of.
 *
 * @param allocatedPeakBytes greatest sum of bytes handed out, after rounding
 * @param reservedPeakBytes greatest sum of bytes taken from the driver
 * @param driverAllocs how often the driver was asked for memory, in vain included
 * @param driverFrees how often memory was given back to the driver
 * @param pagesCreated physical handles created
 * @param pagesReleased physical handles released
 * @param mapCalls mappings made
 * @param unmapCalls mappings ended
 * @param pageTimeMicros what all those calls cost in the model, in microseconds
 * @param stalls how often the host waited for the device
 * @param stallNanos the time of those waits
 * @param events events recorded
 * @param l1Hits allocations served from a stream's cache
 * @param l2Hits allocations served from memory that changed its owner
 * @param indexHits allocations served from the free index
 * @param hazards accesses that nothing orders
 */
record Counters(
        @Nullable Long allocatedPeakBytes,
        @Nullable Long reservedPeakBytes,
        @Nullable Long driverAllocs,
        @Nullable Long driverFrees,
        @Nullable Long pagesCreated,
        @Nullable Long pagesReleased,
        @Nullable Long mapCalls,
        @Nullable Long unmapCalls,
        @Nullable Long pageTimeMicros,
        @Nullable Long stalls,
        @Nullable Long stallNanos,
        @Nullable Long events,
        @Nullable Long l1Hits,
        @Nullable Long l2Hits,
        @Nullable Long indexHits,
        @Nullable Long hazards) {
    /** Takes a pool's statistics, and what the simulated device counts where the pool is on one. */
    static Counters of(MemoryStatistics statistics, @Nullable SimDriver simulated) {
        MemoryStatistics.DriverCalls driver = statistics.driver();
        MemoryStatistics.Hits hits = statistics.hits();
        return new Counters(
                statistics.allocatedBytes().peak(),
                statistics.reservedBytes().peak(),
                driver.allocations(),
                driver.frees(),
                driver.pagesCreated(),
                driver.pagesReleased(),
                driver.maps(),
                driver.unmaps(),
                pageTime(statistics, simulated),
                driver.hostWaits(),
                driver.stallNanos(),
                driver.events(),
                hits.streamCache(),
                hits.handedOver(),
                hits.index(),
                simulated == null ? null : simulated.hazards().count());
    }

    /** Takes what a driver without a pool was asked for, and what it counts where it is a simulated one. */
    static Counters ofDriver(long peakBytes, long allocations, long frees, @Nullable SimDriver simulated) {
        SimPageCalls pages = simulated == null ? null : simulated.pageCalls();
        return new Counters(
                peakBytes,
                peakBytes,
                allocations,
                frees,
                pages == null ? null : pages.created(),
                pages == null ? null : pages.released(),
                pages == null ? null : pages.mapped(),
                pages == null ? null : pages.unmapped(),
                pageTime(allocations, frees, simulated),
                null,
                null,
                null,
                null,
                null,
                null,
                simulated == null ? null : simulated.hazards().count());
    }

    /** Returns the counters of an engine that counts nothing. */
    static Counters none() {
        return new Counters(
                null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /** Returns all calls that take memory from the driver, map it or give it back. */
    @Nullable
    Long driverCalls() {
        if (driverAllocs == null || driverFrees == null) {
            return null;
        }
        return driverAllocs
                + driverFrees
                + orZero(pagesCreated)
                + orZero(pagesReleased)
                + orZero(mapCalls)
                + orZero(unmapCalls);
    }

    /** Returns what a simulated device charged, or else the price of calls as if all had their effect. */
    private static long pageTime(long allocations, long frees, @Nullable SimDriver simulated) {
        PagePrices prices = PagePrices.defaults();
        return simulated != null ? simulated.pageMicros() : allocations * prices.allocate() + frees * prices.free();
    }

    /** Returns what a simulated device charged, or else the price of what a pool had the driver do. */
    private static long pageTime(MemoryStatistics statistics, @Nullable SimDriver simulated) {
        MemoryStatistics.DriverCalls calls = statistics.driver();
        PagePrices prices = PagePrices.defaults();
        long mebibytes =
                calls.pagesCreated() == 0 ? 0 : statistics.reservedBytes().totalAllocated() >> 20;
        return pageTime(calls.allocations(), calls.frees(), simulated)
                + (simulated != null
                        ? 0
                        : calls.pagesCreated() * prices.create()
                                + mebibytes * prices.createPerMib()
                                + calls.pagesReleased() * prices.release()
                                + calls.maps() * (prices.map() + prices.setAccess())
                                + calls.unmaps() * prices.unmap());
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }
}
