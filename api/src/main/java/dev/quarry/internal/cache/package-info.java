/** The two levels of caches: small blocks of one stream, and blocks that wait for events of several. */
@NullMarked
package dev.quarry.internal.cache;

import org.jspecify.annotations.NullMarked;
