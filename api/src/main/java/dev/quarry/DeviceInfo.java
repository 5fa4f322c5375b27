package dev.quarry;

import java.util.Map;
import java.util.Objects;

/**
 * What a device is: its identity and features, fixed while the process runs.
 *
 * @param id plugin and ordinal, such as {@code cuda:0}; unique in a process
 * @param name the product's name as the driver tells it
 * @param properties further facts by name, for people to read (driver version, PCI address, features)
 */
public record DeviceInfo(String id, String name, Map<String, String> properties) {
    /** Checks and copies. */
    public DeviceInfo {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        properties = Map.copyOf(properties);
    }
}
