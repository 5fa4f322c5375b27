package dev.quarry;

import dev.quarry.internal.device.DeviceRegistry;
import dev.quarry.internal.pool.DevicePool;
import dev.quarry.internal.pool.PoolOpening;
import dev.quarry.spi.DeviceProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.function.LongSupplier;

/**
 * The entry point: the devices of this machine, and a pool for each kind of their memory.
 *
 * <pre>{@code
 * try (Quarry quarry = Quarry.open();
 *      MemoryPool pool = quarry.openPool(quarry.device("cpu:0"), MemoryKind.HOST, PoolOptions.defaults());
 *      Allocation buffer = pool.allocate(ByteSize.mib(4))) {
 *     buffer.segment().set(ValueLayout.JAVA_INT, 0, 42);
 * }
 * }</pre>
 *
 * <p>Plugins are found with {@link ServiceLoader}; one that cannot be used is {@linkplain #providers() listed with its
 * reason} and never fails the opening. Thread-safe.
 */
public final class Quarry implements AutoCloseable {
    private final DeviceRegistry registry;

    private Quarry(DeviceRegistry registry) {
        this.registry = registry;
    }

    /** Opens all devices of all plugins that {@link ServiceLoader} finds and that can be used. */
    public static Quarry open() {
        return builder().open();
    }

    /** Returns the instance that all code of a process may share; opened when first asked for, never closed. */
    public static Quarry shared() {
        return Shared.INSTANCE;
    }

    /** Starts an opening with settings of its own. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns what became of each plugin found, available or missing with the reason. */
    public List<ProviderStatus> providers() {
        return registry.providers();
    }

    /** Returns all devices, the plugins in the order of their names. */
    public List<Device> devices() {
        return registry.devices();
    }

    /**
     * Returns a device by its id.
     *
     * @param id such as {@code cpu:0}; a plugin's name alone means its first device
     * @throws IllegalArgumentException if there is none; the message tells why, where a plugin is missing
     */
    public Device device(String id) {
        return registry.device(Objects.requireNonNull(id, "id"));
    }

    /** Returns the pool of a device's {@linkplain Device#defaultKind() usual kind} that all users of this instance share. */
    public MemoryPool pool(Device device) {
        return pool(device, device.defaultKind());
    }

    /**
     * Returns the pool of a device and kind that all users of this instance share; opened when first asked for, with
     * default options, and closed with this instance.
     *
     * @throws IllegalArgumentException if the device is not of this instance or does not offer the kind
     */
    public MemoryPool pool(Device device, MemoryKind kind) {
        return registry.sharedPool(device, kind);
    }

    /**
     * Opens a pool of the caller's own.
     *
     * @throws IllegalArgumentException if the device is not of this instance or does not offer the kind
     * @throws DeviceOutOfMemoryException if the options ask for initial memory that is not there
     */
    public MemoryPool openPool(Device device, MemoryKind kind, PoolOptions options) {
        return registry.openPool(device, kind, Objects.requireNonNull(options, "options"));
    }

    /** As {@link MemoryPool#over(MemorySource, PoolOptions)}. */
    static MemoryPool openOver(MemorySource source, PoolOptions options) {
        return PoolOpening.over(source, options);
    }

    /**
     * Closes what is still open: streams, then pools, the last one first, then devices.
     *
     * <p>Waits for the device, as {@link MemoryPool#close()} does. Allocations and arenas that are open stay valid, with their views, and each pool that has some says so in the log.
     * The last one that closes gives its pool's memory back, and with the last pool the device goes. What
     * {@link MemoryPool#segmentAllocator()} handed out ends here.
     *
     * @throws IllegalStateException if it was closed before, or is the {@linkplain #shared() shared} instance
     */
    @Override
    public void close() {
        registry.close();
    }

    /** Holds the shared instance until it is asked for. */
    private static final class Shared {
        static final Quarry INSTANCE =
                new Quarry(new DeviceRegistry(discover(), true, System::nanoTime, DevicePool::new));
    }

    private static List<DeviceProvider> discover() {
        return DeviceRegistry.discover(ServiceLoader.load(DeviceProvider.class, Quarry.class.getClassLoader()));
    }

    /** Settings of an opening. Not thread-safe. */
    public static final class Builder {
        private final List<DeviceProvider> providers = new ArrayList<>();
        private LongSupplier timeSource = System::nanoTime;

        private Builder() {}

        /** Uses this provider, and only those named so; {@link ServiceLoader} is not asked then. */
        public Builder provider(DeviceProvider provider) {
            providers.add(Objects.requireNonNull(provider, "provider"));
            return this;
        }

        /**
         * Uses another clock for idle times and deadlines, in tests for instance.
         *
         * @param nanos as {@link System#nanoTime}; thread-safe
         */
        public Builder timeSource(LongSupplier nanos) {
            timeSource = Objects.requireNonNull(nanos, "nanos");
            return this;
        }

        /** Opens the devices. */
        public Quarry open() {
            List<DeviceProvider> used = providers.isEmpty() ? discover() : List.copyOf(providers);
            return new Quarry(new DeviceRegistry(used, false, timeSource, DevicePool::new));
        }
    }
}
