/** Tests for jcstress of what is visible inside of the pool only; jcstress's own classes must stand beside them. */
@NullMarked
package dev.quarry.internal.pool;

import org.jspecify.annotations.NullMarked;
