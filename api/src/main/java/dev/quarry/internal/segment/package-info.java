/** Regions taken from the driver, and how large the next one is. */
@NullMarked
package dev.quarry.internal.segment;

import org.jspecify.annotations.NullMarked;
