/**
 * What a device plugin supplies: a provider, and a driver for each device.
 *
 * <p>Drivers speak {@code long address, long bytes} and hold no policy. Restricted calls of the foreign function and
 * memory API belong in the plugin's own module, because the JDK checks the calling module.
 */
@NullMarked
package dev.quarry.spi;

import org.jspecify.annotations.NullMarked;
