/** Settings from properties and environment. */
@NullMarked
package dev.quarry.internal.config;

import org.jspecify.annotations.NullMarked;
