/**
 * Tests for jcstress: what two threads may see of each other in a cache, in a deferred free, and in a handle that closes.
 *
 * <p>Each lists the outcomes that may happen, with the order of steps that gives it. All others fail.
 */
@NullMarked
package dev.quarry.stress;

import org.jspecify.annotations.NullMarked;
