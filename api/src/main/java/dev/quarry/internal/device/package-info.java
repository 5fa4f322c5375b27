/** Devices, streams and events over the drivers of the plugins. */
@NullMarked
package dev.quarry.internal.device;

import org.jspecify.annotations.NullMarked;
