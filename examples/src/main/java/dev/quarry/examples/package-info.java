/** Programs of one page each, every one about one thing that Quarry does for its users. */
@NullMarked
package dev.quarry.examples;

import org.jspecify.annotations.NullMarked;
