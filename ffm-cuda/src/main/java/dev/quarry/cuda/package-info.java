/** The plugin {@code cuda}: NVIDIA GPUs by their driver's own library, {@code libcuda}. */
@NullMarked
package dev.quarry.cuda;

import org.jspecify.annotations.NullMarked;
