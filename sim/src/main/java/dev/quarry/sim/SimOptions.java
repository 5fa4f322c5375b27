package dev.quarry.sim;

import dev.quarry.ByteSize;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Settings of simulated devices. Immutable.
 *
 * <p>Two sets of options are equal if all their values are.
 */
public final class SimOptions {
    private static final SimOptions DEFAULTS = builder().build();

    private final int devices;
    private final long totalBytes;
    private final long granule;
    private final SimSchedule schedule;
    private final boolean virtualMemory;
    private final long pageBytes;
    private final PagePrices pagePrices;

    private SimOptions(Builder builder) {
        devices = builder.devices;
        totalBytes = builder.totalBytes;
        granule = builder.granule;
        schedule = builder.schedule;
        virtualMemory = builder.virtualMemory;
        pageBytes = builder.pageBytes;
        pagePrices = builder.pagePrices;
    }

    /** Returns the defaults: one device of 80 GiB, work that completes at once, no virtual memory. */
    public static SimOptions defaults() {
        return DEFAULTS;
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads the system properties {@code quarry.sim.total} (a {@link ByteSize}), {@code quarry.sim.schedule}
     * ({@code immediate}, {@code manual} or {@code lazy}) and {@code quarry.sim.virtual-memory} ({@code true} or {@code
     * false}); the rest is as in {@link #defaults()}.
     *
     * @throws IllegalArgumentException if a value is bad; the message names the property
     */
    public static SimOptions fromSystemProperties() {
        Builder builder = builder();
        String total = System.getProperty("quarry.sim.total");
        String schedule = System.getProperty("quarry.sim.schedule");
        if (total != null) {
            try {
                builder.totalBytes(ByteSize.parse(total));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("system property quarry.sim.total: " + e.getMessage(), e);
            }
        }
        if (schedule != null) {
            try {
                builder.schedule(SimSchedule.valueOf(schedule.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "system property quarry.sim.schedule = " + schedule + " (expected: immediate, manual or lazy)",
                        e);
            }
        }
        String virtualMemory = System.getProperty("quarry.sim.virtual-memory");
        if (virtualMemory != null) {
            if (!virtualMemory.equals("true") && !virtualMemory.equals("false")) {
                throw new IllegalArgumentException(
                        "system property quarry.sim.virtual-memory = " + virtualMemory + " (expected: true or false)");
            }
            builder.virtualMemory(virtualMemory.equals("true"));
        }
        return builder.build();
    }

    /** Returns how many devices there are: 1 to 64. */
    public int devices() {
        return devices;
    }

    /** Returns the memory of each device in bytes, all kinds together: 1 byte to 1 PiB. */
    public long totalBytes() {
        return totalBytes;
    }

    /** Returns the smallest step in which a pool should cut memory, in bytes: a power of two. */
    public long granule() {
        return granule;
    }

    /** Returns when work completes. */
    public SimSchedule schedule() {
        return schedule;
    }

    /** Returns whether the devices have virtual memory. */
    public boolean virtualMemory() {
        return virtualMemory;
    }

    /** Returns the page size of virtual memory, in bytes: a power of two. */
    public long pageBytes() {
        return pageBytes;
    }

    /** Returns what {@link SimDriver#pageMicros()} charges. */
    public PagePrices pagePrices() {
        return pagePrices;
    }

    /** Returns what a device tells of itself. */
    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        properties.put("schedule", schedule.name().toLowerCase(Locale.ROOT));
        if (virtualMemory) {
            properties.put("virtual memory", "pages of " + ByteSize.format(pageBytes));
        }
        return properties;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SimOptions options
                && devices == options.devices
                && totalBytes == options.totalBytes
                && granule == options.granule
                && schedule == options.schedule
                && virtualMemory == options.virtualMemory
                && pageBytes == options.pageBytes
                && pagePrices.equals(options.pagePrices);
    }

    @Override
    public int hashCode() {
        return Objects.hash(devices, totalBytes, granule, schedule, virtualMemory, pageBytes, pagePrices);
    }

    @Override
    public String toString() {
        return "SimOptions[devices=" + devices + ", totalBytes=" + totalBytes + ", granule=" + granule + ", schedule="
                + schedule + ", virtualMemory=" + virtualMemory + ", pageBytes=" + pageBytes + ", pagePrices="
                + pagePrices
                + "]";
    }

    /** The values while options are being made. Not thread-safe. */
    public static final class Builder {
        private int devices = 1;
        private long totalBytes = ByteSize.gib(80);
        private long granule = 512;
        private SimSchedule schedule = SimSchedule.IMMEDIATE;
        private boolean virtualMemory;
        private long pageBytes = ByteSize.mib(2);
        private PagePrices pagePrices = PagePrices.defaults();

        private Builder() {}

        /** Sets {@link SimOptions#devices()}. */
        public Builder devices(int value) {
            devices = Math.toIntExact(inRange(value, 1, AddressSpace.MOST_DEVICES, "devices"));
            return this;
        }

        /** Sets {@link SimOptions#totalBytes()}. */
        public Builder totalBytes(long bytes) {
            totalBytes = inRange(bytes, 1, AddressSpace.MOST_BYTES, "totalBytes");
            return this;
        }

        /** Sets {@link SimOptions#granule()}: a power of two, at most 2 MiB. */
        public Builder granule(long bytes) {
            if (Long.bitCount(bytes) != 1) {
                throw new IllegalArgumentException("granule = " + bytes + " (expected: a power of two)");
            }
            granule = inRange(bytes, 1, ByteSize.mib(2), "granule");
            return this;
        }

        /** Sets {@link SimOptions#schedule()}. */
        public Builder schedule(SimSchedule value) {
            schedule = Objects.requireNonNull(value, "schedule");
            return this;
        }

        /** Sets {@link SimOptions#virtualMemory()}. */
        public Builder virtualMemory(boolean value) {
            virtualMemory = value;
            return this;
        }

        /** Sets {@link SimOptions#pageBytes()}: a power of two, 4 KiB to 1 GiB. */
        public Builder pageBytes(long bytes) {
            if (Long.bitCount(bytes) != 1) {
                throw new IllegalArgumentException("pageBytes = " + bytes + " (expected: a power of two)");
            }
            pageBytes = inRange(bytes, ByteSize.kib(4), ByteSize.gib(1), "pageBytes");
            return this;
        }

        /** Sets {@link SimOptions#pagePrices()}. */
        public Builder pagePrices(PagePrices value) {
            pagePrices = Objects.requireNonNull(value, "pagePrices");
            return this;
        }

        /** Makes the options. */
        public SimOptions build() {
            return new SimOptions(this);
        }

        private static long inRange(long value, long least, long most, String what) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(what + " = " + value + " (expected: " + least + " to " + most + ")");
            }
            return value;
        }
    }
}
