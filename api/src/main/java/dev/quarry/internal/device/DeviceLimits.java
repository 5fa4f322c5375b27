package dev.quarry.internal.device;

import dev.quarry.ByteSize;
import dev.quarry.ConfigurationException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Limits of devices as the environment sets them: {@code 8GiB} for each device, or {@code cuda:0=8GiB,cuda:0/pinned=1GiB}.
 *
 * @param byName bytes by device id, or by device id, a slash and a kind; the empty name stands for each device
 */
record DeviceLimits(Map<String, Long> byName) {
    static final String PROPERTY = "quarry.device.limit";
    static final String VARIABLE = "QUARRY_DEVICE_LIMIT";

    /** No limits. */
    static final DeviceLimits NONE = new DeviceLimits(Map.of());

    /**
     * Reads the system property, or else the environment variable.
     *
     * @throws ConfigurationException if the value is bad
     */
    static DeviceLimits from(Map<String, String> environment, Properties properties) {
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
        return new DeviceLimits(limits);
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
