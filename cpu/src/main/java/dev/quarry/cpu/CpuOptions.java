package dev.quarry.cpu;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * Settings of the host as a device. Immutable.
 *
 * <p>Two sets of options are equal if all their values are.
 */
public final class CpuOptions {
    private static final String PROPERTY_PREFIX = "quarry.cpu.";
    private static final String VARIABLE_PREFIX = "QUARRY_CPU_";
    private static final String HUGE_PAGES_PROPERTY = "quarry.cpu.huge-pages";
    private static final String HUGE_PAGES_VARIABLE = "QUARRY_CPU_HUGE_PAGES";
    private static final String NUMA_PROPERTY = "quarry.cpu.numa";
    private static final String NUMA_VARIABLE = "QUARRY_CPU_NUMA";
    private static final CpuOptions DEFAULTS = builder().build();

    private final boolean hugePages;
    private final NumaPlacement numa;

    private CpuOptions(Builder builder) {
        hugePages = builder.hugePages;
        numa = builder.numa;
    }

    /** Returns the defaults: no huge pages asked for, memory nodes left to the system. */
    public static CpuOptions defaults() {
        return DEFAULTS;
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads the system properties {@code quarry.cpu.huge-pages}, {@code true} or {@code false}, and {@code quarry.cpu.numa}, as
     * {@link NumaPlacement#parse} takes it, else the environment variables {@code QUARRY_CPU_HUGE_PAGES} and
     * {@code QUARRY_CPU_NUMA}; the rest is as in {@link #defaults()}.
     *
     * @throws IllegalArgumentException if a value is bad, or another property or variable begins as these do; the message
     *     names where it stands
     */
    public static CpuOptions fromEnvironment() {
        return from(System.getenv(), System.getProperties());
    }

    static CpuOptions from(Map<String, String> environment, Properties properties) {
        checkKeys(environment.keySet(), VARIABLE_PREFIX, "environment variable ", HUGE_PAGES_VARIABLE, NUMA_VARIABLE);
        checkKeys(
                properties.stringPropertyNames(),
                PROPERTY_PREFIX,
                "system property ",
                HUGE_PAGES_PROPERTY,
                NUMA_PROPERTY);
        String variable = environment.get(HUGE_PAGES_VARIABLE);
        String property = properties.getProperty(HUGE_PAGES_PROPERTY);
        Builder builder = builder();
        if (variable != null) {
            builder.hugePages(flag(variable, "environment variable " + HUGE_PAGES_VARIABLE));
        }
        if (property != null) {
            builder.hugePages(flag(property, "system property " + HUGE_PAGES_PROPERTY));
        }
        String numaVariable = environment.get(NUMA_VARIABLE);
        String numaProperty = properties.getProperty(NUMA_PROPERTY);
        if (numaVariable != null) {
            builder.numa(placement(numaVariable, "environment variable " + NUMA_VARIABLE));
        }
        if (numaProperty != null) {
            builder.numa(placement(numaProperty, "system property " + NUMA_PROPERTY));
        }
        return builder.build();
    }

    private static void checkKeys(Set<String> names, String prefix, String place, String... known) {
        for (String name : new TreeSet<>(names)) {
            if (name.startsWith(prefix) && !List.of(known).contains(name)) {
                throw new IllegalArgumentException(
                        place + name + ": unknown setting (known: " + String.join(", ", known) + ")");
            }
        }
    }

    private static NumaPlacement placement(String value, String place) {
        try {
            return NumaPlacement.parse(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(place + " = " + e.getMessage(), e);
        }
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

    /** Returns on which memory nodes pages are taken; see {@link Builder#numa}. */
    public NumaPlacement numa() {
        return numa;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CpuOptions options && hugePages == options.hugePages && numa.equals(options.numa);
    }

    @Override
    public int hashCode() {
        return Objects.hash(hugePages, numa);
    }

    @Override
    public String toString() {
        return "CpuOptions[hugePages=" + hugePages + ", numa=" + numa + "]";
    }

    /** The values while options are being made. Not thread-safe. */
    public static final class Builder {
        private boolean hugePages;
        private NumaPlacement numa = NumaPlacement.system();

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

        /**
         * Sets on which memory nodes pages are taken, of all kinds. Without effect off Linux; where the kernel refuses it, the
         * plugin is missing, with the reason.
         */
        public Builder numa(NumaPlacement value) {
            numa = Objects.requireNonNull(value, "numa");
            return this;
        }

        /** Makes the options. */
        public CpuOptions build() {
            return new CpuOptions(this);
        }
    }
}
