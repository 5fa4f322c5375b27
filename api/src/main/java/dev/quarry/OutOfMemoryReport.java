package dev.quarry;

import java.util.List;

/**
 * Why an allocation failed: what was asked for, where the memory is, what was tried. Immutable.
 *
 * @param pool the pool's name
 * @param device the device's id
 * @param kind the kind of memory
 * @param requestedBytes bytes asked for
 * @param limitBytes the limit that was met, {@code Long.MAX_VALUE} for none
 * @param allocatedBytes bytes given out
 * @param cachedBytes bytes in stream caches
 * @param pendingBytes bytes that wait for events
 * @param freeBytes bytes in the free index
 * @param reservedBytes bytes taken from the driver
 * @param largestFreeBytes the largest block in the free index
 * @param driver what the driver says is free and there in total
 * @param refusal whose limit refused, and what others hold
 * @param fragmentation as {@link MemoryStatistics#fragmentation()}
 * @param steps what was tried, in order
 * @param holders the tags that hold most, largest first; untagged memory counts as {@code (untagged)}
 * @param hint what to do, given the settings in force
 */
public record OutOfMemoryReport(
        String pool,
        String device,
        MemoryKind kind,
        long requestedBytes,
        long limitBytes,
        long allocatedBytes,
        long cachedBytes,
        long pendingBytes,
        long freeBytes,
        long reservedBytes,
        long largestFreeBytes,
        MemoryInfo driver,
        Refusal refusal,
        double fragmentation,
        List<Step> steps,
        List<Holder> holders,
        String hint) {

    /** Copies the lists. */
    public OutOfMemoryReport {
        steps = List.copyOf(steps);
        holders = List.copyOf(holders);
    }

    /**
     * What stood in the way of more memory.
     *
     * @param account the account whose limit refused: the pool's or a child pool's name, {@code device} with its id, or
     *     {@code driver} where no limit did
     * @param limitBytes that limit; the device's memory for {@code driver}
     * @param chargedBytes what is charged there, by all pools below it; what this process holds for {@code driver}
     * @param elsewhereBytes bytes of the device that neither are free nor held by this process's pools: other processes',
     *     other libraries', the system's
     */
    public record Refusal(String account, long limitBytes, long chargedBytes, long elsewhereBytes) {}

    /**
     * One attempt to find memory.
     *
     * @param name what was tried
     * @param bytes what it made available
     */
    public record Step(String name, long bytes) {}

    /**
     * Who holds memory.
     *
     * @param tag the tag of the requests
     * @param bytes bytes held, after rounding
     * @param count open allocations
     */
    public record Holder(String tag, long bytes, long count) {}

    /** Returns the report as text of several lines. */
    public String describe() {
        StringBuilder text = new StringBuilder(400);
        text.append("pool \"")
                .append(pool)
                .append("\" (")
                .append(device)
                .append(", ")
                .append(kind);
        text.append(") cannot allocate ").append(size(requestedBytes)).append('.');
        text.append("\n  reserved ")
                .append(size(reservedBytes))
                .append(" = allocated ")
                .append(size(allocatedBytes));
        text.append(" + cached ")
                .append(size(cachedBytes))
                .append(" + pending ")
                .append(size(pendingBytes));
        text.append(" + free ").append(size(freeBytes)).append("; largest free block ");
        text.append(size(largestFreeBytes)).append(", fragmentation ").append(Math.round(fragmentation * 100));
        text.append(" %");
        text.append("\n  limit ").append(limitBytes == Long.MAX_VALUE ? "none" : size(limitBytes));
        text.append("; device: ").append(size(driver.freeBytes())).append(" free of ");
        text.append(size(driver.totalBytes()))
                .append(", ")
                .append(size(refusal.elsewhereBytes()))
                .append(" in use by others");
        text.append("\n  refused by ").append(refusal.account()).append(": ");
        text.append(size(refusal.chargedBytes())).append(" of ").append(size(refusal.limitBytes()));
        steps.forEach(
                s -> text.append("\n  tried: ").append(s.name()).append(": ").append(size(s.bytes())));
        holders.forEach(h -> text.append("\n  held by ")
                .append(h.tag())
                .append(": ")
                .append(size(h.bytes()))
                .append(" in ")
                .append(h.count())
                .append(" allocations"));
        return text.append("\n  ").append(hint).toString();
    }

    private static String size(long bytes) {
        return bytes < 10240 ? bytes + " B" : ByteSize.format(bytes) + " (" + bytes + " B)";
    }
}
