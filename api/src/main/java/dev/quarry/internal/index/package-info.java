/** Blocks and where the free ones are: the table of blocks, the size classes, the best-fit index. */
@NullMarked
package dev.quarry.internal.index;

import org.jspecify.annotations.NullMarked;
