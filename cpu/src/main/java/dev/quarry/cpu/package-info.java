/** Host memory as a device: the entry point of the plugin. */
@NullMarked
package dev.quarry.cpu;

import org.jspecify.annotations.NullMarked;
