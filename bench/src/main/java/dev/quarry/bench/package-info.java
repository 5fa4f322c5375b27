/**
 * JMH benchmarks of what users call most, and of what they would call without Quarry.
 *
 * <p>All figures are nanoseconds of a thread for one pattern of use: an allocation with its free.
 */
@NullMarked
package dev.quarry.bench;

import org.jspecify.annotations.NullMarked;
