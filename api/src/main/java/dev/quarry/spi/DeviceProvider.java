package dev.quarry.spi;

import java.util.List;

/**
 * The entry point of a device plugin, found with {@link java.util.ServiceLoader}.
 *
 * <p>Must have a public no-argument constructor that does nothing. Thread-safe.
 */
@Incubating
public interface DeviceProvider {
    /** The version of this SPI; a provider that was written for another one is not used. */
    int SPI_VERSION = 1;

    /** Returns the plugin's name: lower case, unique, the part of a device's id before the colon. */
    String name();

    /** Returns the version of the SPI that this plugin was written for: a literal, not {@link #SPI_VERSION}. */
    int spiVersion();

    /** Looks whether the plugin can be used. Never throws, never prints; may be called more than once. */
    Availability probe();

    /**
     * Opens a driver for each device. Called after {@link #probe()} said available.
     *
     * @return at least one driver, in the order of the ordinals; the caller closes them
     */
    List<DeviceDriver> open();
}
