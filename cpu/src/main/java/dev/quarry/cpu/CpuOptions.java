package dev.quarry.cpu;

import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/**
 * Settings of the host as a device. Immutable.
 *
 * <p>Two sets of options are equal if all their values are.
 */
public final class CpuOptions {
    private static final String HUGE_PAGES_PROPERTY = "quarry.cpu.huge-pages";
    private static final String HUGE_PAGES_VARIABLE = "QUARRY_CPU_HUGE_PAGES";
    private static final CpuOptions DEFAULTS = builder().build();

    private final boolean hugePages;

    private CpuOptions(Builder builder) {
        hugePages = builder.hugePages;
    }

    /** Returns the defaults: no huge pages asked for. */
    public static CpuOptions defaults() {
        return DEFAULTS;
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads the system property {@code quarry.cpu.huge-pages}, else the environment variable
     * {@code QUARRY_CPU_HUGE_PAGES}, each {@code true} or {@code false}; the rest is as in {@link #defaults()}.
     *
     * @throws IllegalArgumentException if a value is bad; the message names where it stands
     */
    public static CpuOptions fromEnvironment() {
        return from(System.getenv(), System.getProperties());
    }

    static CpuOptions from(Map<String, String> environment, Properties properties) {
        String variable = environment.get(HUGE_PAGES_VARIABLE);
        String property = properties.getProperty(HUGE_PAGES_PROPERTY);
        Builder builder = builder();
        if (variable != null) {
            builder.hugePages(flag(variable, "environment variable " + HUGE_PAGES_VARIABLE));
        }
        if (property != null) {
            builder.hugePages(flag(property, "system property " + HUGE_PAGES_PROPERTY));
        }
        return builder.build();
    }

    private static boolean flag(String value, String place) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(place + " = " + value + " (expected: true or false)");
        };
    }

    /** Returns whether huge pages are asked for; see {@link Builder#hugePages}. */
    public boolean hugePages() {
        return hugePages;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CpuOptions options && hugePages == options.hugePages;
    }

    @Override
    public int hashCode() {
        return Objects.hash(hugePages);
    }

    @Override
    public String toString() {
        return "CpuOptions[hugePages=" + hugePages + "]";
    }

    /** The values while options are being made. Not thread-safe. */
    public static final class Builder {
        private boolean hugePages;

        private Builder() {}

        /**
         * Sets whether the kernel is asked for huge pages ({@code MADV_HUGEPAGE}) under reserved ranges and under
         * allocations of 2 MiB and more. Fewer page faults, but the first byte written to takes 2 MiB of memory. Without
         * effect where {@code /sys/kernel/mm/transparent_hugepage/enabled} says never, or off Linux.
         */
        public Builder hugePages(boolean value) {
            hugePages = value;
            return this;
        }

        /** Makes the options. */
        public CpuOptions build() {
            return new CpuOptions(this);
        }
    }
}
