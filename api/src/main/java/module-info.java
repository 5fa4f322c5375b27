/**
 * Quarry: off-heap and accelerator memory for Java.
 *
 * <p>{@link dev.quarry} is what most users need, {@link dev.quarry.spi} is what a device plugin implements, and
 * {@link dev.quarry.trace} reads and writes allocation traces. The allocator itself is not exported.
 */
module dev.quarry {
    requires jdk.jfr;
    requires org.eclipse.collections.api;
    requires org.eclipse.collections.impl;
    requires static transitive org.jspecify;

    exports dev.quarry;
    exports dev.quarry.spi;
    exports dev.quarry.spi.support;
    exports dev.quarry.trace;
    exports dev.quarry.internal.inspect to
            dev.quarry.sim,
            dev.quarry.testkit;

    uses dev.quarry.spi.DeviceProvider;
}
