/** Independent checks of the allocator: its invariants recomputed, and overlap of what it hands out. */
@NullMarked
package dev.quarry.sim.check;

import org.jspecify.annotations.NullMarked;
