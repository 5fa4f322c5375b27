/** A pool's inner state as immutable records, for the validator and for tests; exported to {@code sim} and {@code testkit}. */
@NullMarked
package dev.quarry.internal.inspect;

import org.jspecify.annotations.NullMarked;
