/** Events for the JDK Flight Recorder. */
@NullMarked
package dev.quarry.internal.event;

import org.jspecify.annotations.NullMarked;
