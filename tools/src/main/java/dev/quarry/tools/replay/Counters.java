package dev.quarry.tools.replay;

import dev.quarry.MemoryStatistics;
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
        @Nullable Long stalls,
        @Nullable Long stallNanos,
        @Nullable Long events,
        @Nullable Long l1Hits,
        @Nullable Long l2Hits,
        @Nullable Long indexHits,
        @Nullable Long hazards) {
    /** What is asked of the driver costs this much in the model, in microseconds. */
    private static final long PLAIN_ALLOCATE_MICROS = 100;

    private static final long PLAIN_FREE_MICROS = 100;

    /** Takes a pool's statistics; it has no pages, because no device's virtual memory is used yet. */
    static Counters of(MemoryStatistics statistics, @Nullable Long hazards) {
        MemoryStatistics.DriverCalls driver = statistics.driver();
        MemoryStatistics.Hits hits = statistics.hits();
        return new Counters(
                statistics.allocatedBytes().peak(),
                statistics.reservedBytes().peak(),
                driver.allocations(),
                driver.frees(),
                0L,
                0L,
                0L,
                0L,
                driver.hostWaits(),
                driver.stallNanos(),
                driver.events(),
                hits.streamCache(),
                hits.handedOver(),
                hits.index(),
                hazards);
    }

    /** Takes what a driver without a pool was asked for. */
    static Counters ofDriver(long peakBytes, long allocations, long frees, @Nullable Long hazards) {
        return new Counters(
                peakBytes,
                peakBytes,
                allocations,
                frees,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                hazards);
    }

    /** Returns the counters of an engine that counts nothing. */
    static Counters none() {
        return new Counters(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /** Returns all calls that take memory from the driver or give it back. */
    @Nullable
    Long driverCalls() {
        return driverAllocs == null || driverFrees == null ? null : driverAllocs + driverFrees;
    }

    /** Returns what those calls cost in the model, in microseconds. */
    @Nullable
    Long pageTimeMicros() {
        return driverAllocs == null || driverFrees == null
                ? null
                : driverAllocs * PLAIN_ALLOCATE_MICROS + driverFrees * PLAIN_FREE_MICROS;
    }
}
