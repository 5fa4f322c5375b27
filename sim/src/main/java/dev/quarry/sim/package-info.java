/**
 * The simulated device: address space without memory behind it, streams whose work completes when a
 * {@linkplain dev.quarry.sim.SimSchedule schedule} says so, injected failures, and a detector of accesses that nothing
 * orders.
 *
 * <p>{@link dev.quarry.sim.SimProvider} is the plugin; {@link dev.quarry.sim.SimDriver} is what tests control.
 */
@NullMarked
package dev.quarry.sim;

import org.jspecify.annotations.NullMarked;
