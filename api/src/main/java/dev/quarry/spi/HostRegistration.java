package dev.quarry.spi;

/** Page-locking of host memory that somebody else allocated, so that the device copies from and to it without staging. */
@Incubating
public interface HostRegistration {
    /**
     * Locks memory and makes it known to the device.
     *
     * @param bytes a positive number
     * @throws DriverException if it failed, also where a part of it is registered already; nothing has changed then
     */
    void register(long address, long bytes);

    /**
     * Ends that, for the whole of what was registered at an address; all work on it is complete.
     *
     * @throws DriverException if it failed; the memory is still registered then
     */
    void unregister(long address);
}
