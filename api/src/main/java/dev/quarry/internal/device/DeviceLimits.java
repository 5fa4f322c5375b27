package dev.quarry.internal.device;

import dev.quarry.ByteSize;
import dev.quarry.ConfigurationException;
import dev.quarry.MemoryKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Limits of devices as the environment sets them: {@code 8GiB} for each device, or {@code cuda:0=8GiB,cuda:0/pinned=1GiB}.
 *
 * @param origin where they stand, for messages
 * @param byName bytes by device id, or by device id, a slash and a kind; the empty name stands for each device
 */
record DeviceLimits(String origin, Map<String, Long> byName) {
    static final String PROPERTY = "quarry.device.limit";
    static final String VARIABLE = "QUARRY_DEVICE_LIMIT";

    private static final String PROPERTY_PREFIX = "quarry.device.";
    private static final String VARIABLE_PREFIX = "QUARRY_DEVICE_";

    /** No limits. */
    static final DeviceLimits NONE = new DeviceLimits("", Map.of());

    /**
     * Reads the system property, or else the environment variable.
     *
     * @throws ConfigurationException if the value is bad, or there is another setting of devices
     */
    static DeviceLimits from(Map<String, String> environment, Properties properties) {
        checkKeys(environment.keySet(), VARIABLE_PREFIX, VARIABLE, "environment variable ");
        checkKeys(properties.stringPropertyNames(), PROPERTY_PREFIX, PROPERTY, "system property ");
        String value = properties.getProperty(PROPERTY);
        if (value != null) {
            return parse(value, "system property " + PROPERTY);
        }
        String variable = environment.get(VARIABLE);
        return variable == null ? NONE : parse(variable, "environment variable " + VARIABLE);
    }

    /**
     * Reads limits.
     *
     * @param origin where they stand, for the message
     * @throws ConfigurationException if an entry is bad or stands there twice
     */
    static DeviceLimits parse(String text, String origin) {
        Map<String, Long> limits = new HashMap<>();
        for (String entry : text.split(",", -1)) {
            int equals = entry.indexOf('=');
            String name = equals < 0 ? "" : entry.substring(0, equals).strip();
            if (equals >= 0 && !name.matches("[^:/]+:[0-9]+(/[^:/]+)?")) {
                throw bad(origin, entry, null);
            }
            long bytes;
            try {
                bytes = ByteSize.parse(entry.substring(equals + 1));
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw bad(origin, entry, e);
            }
            if (bytes < 1 || limits.put(name, bytes) != null) {
                throw bad(origin, entry, null);
            }
        }
        return new DeviceLimits(origin, limits);
    }

    private static void checkKeys(Set<String> names, String prefix, String known, String place) {
        for (String name : new TreeSet<>(names)) {
            if (name.startsWith(prefix) && !name.equals(known)) {
                throw new ConfigurationException(place + name + ": unknown setting (known: " + known + ")", null);
            }
        }
    }

    /**
     * Checks that a device offers each kind of memory that is limited; devices that are not there may be limited.
     *
     * @throws ConfigurationException if it does not
     */
    void check(String device, Set<MemoryKind> kinds) {
        Set<String> offered = kinds.stream().map(MemoryKind::name).collect(Collectors.toCollection(TreeSet::new));
        for (String name : new TreeSet<>(byName.keySet())) {
            int slash = name.indexOf('/');
            if (slash >= 0 && name.substring(0, slash).equals(device) && !offered.contains(name.substring(slash + 1))) {
                throw new ConfigurationException(
                        origin + ": device " + device + " has no memory of the kind in \"" + name + "\" (it has: "
                                + String.join(", ", offered) + ")",
                        null);
            }
        }
    }

    /** Returns the limit on all memory of a device. */
    long of(String device) {
        return byName.getOrDefault(device, byName.getOrDefault("", Long.MAX_VALUE));
    }

    /** Returns the limit on one kind of a device's memory. */
    long of(String device, String kind) {
        return byName.getOrDefault(device + "/" + kind, Long.MAX_VALUE);
    }

    private static ConfigurationException bad(String origin, String entry, @Nullable Throwable cause) {
        return new ConfigurationException(
                origin + ": bad entry \"" + entry.strip()
                        + "\" (expected: a size of at least 1 byte for each device, such as"
                        + " 8GiB, or once for each name DEVICE=SIZE or DEVICE/KIND=SIZE, such as"
                        + " cuda:0=8GiB,cuda:0/pinned=1GiB)",
                cause);
    }
}
