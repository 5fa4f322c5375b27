/** The pool: the conductor, the heap it guards, the steps on a miss, and the handles it gives out. */
@NullMarked
package dev.quarry.internal.pool;

import org.jspecify.annotations.NullMarked;
