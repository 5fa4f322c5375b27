/** Limits and counters. */
@NullMarked
package dev.quarry.internal.account;

import org.jspecify.annotations.NullMarked;
