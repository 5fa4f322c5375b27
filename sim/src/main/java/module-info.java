/** The simulated device, address space without memory behind it, and the validator of the allocator's invariants. */
module dev.quarry.sim {
    requires transitive dev.quarry;
    requires static transitive org.jspecify;

    exports dev.quarry.sim;
    exports dev.quarry.sim.check;

    provides dev.quarry.spi.DeviceProvider with
            dev.quarry.sim.SimProvider;
}
