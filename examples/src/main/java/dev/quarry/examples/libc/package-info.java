/** Bindings of the C library, as jextract would generate them: the only code of the examples that calls C. */
@NullMarked
package dev.quarry.examples.libc;

import org.jspecify.annotations.NullMarked;
