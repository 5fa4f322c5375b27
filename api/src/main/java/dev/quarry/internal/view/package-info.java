/** Host views of allocations, and arenas over a pool. */
@NullMarked
package dev.quarry.internal.view;

import org.jspecify.annotations.NullMarked;
