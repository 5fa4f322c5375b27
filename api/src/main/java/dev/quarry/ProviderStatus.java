package dev.quarry;

import dev.quarry.spi.Availability;

/**
 * What became of one device plugin.
 *
 * @param name the plugin's name, such as {@code cuda}
 * @param availability available, or missing with the reason and the remedy
 */
public record ProviderStatus(String name, Availability availability) {}
