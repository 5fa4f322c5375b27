/** The reference model of pools: random operations over the simulated device, and what must be true after each. */
@NullMarked
package dev.quarry.testkit.model;

import org.jspecify.annotations.NullMarked;
