/**
 * What the plugin does with the driver. {@code CudaLibrary} finds it, {@code CudaResult} judges what it answers, {@code CudaDriver}
 * is one device, and the other classes are one part of the SPI each. The generated bindings lie in {@code bindings}.
 */
@NullMarked
package dev.quarry.cuda.internal;

import org.jspecify.annotations.NullMarked;
