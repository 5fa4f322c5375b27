/** Regions taken from the driver, the blocks that they are cut into, and how large the next region is. */
@NullMarked
package dev.quarry.internal.segment;

import org.jspecify.annotations.NullMarked;
