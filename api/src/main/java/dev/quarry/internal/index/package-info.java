/** Where the free blocks are: the size classes and the best-fit index. */
@NullMarked
package dev.quarry.internal.index;

import org.jspecify.annotations.NullMarked;
