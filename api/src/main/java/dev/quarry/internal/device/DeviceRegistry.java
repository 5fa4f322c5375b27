package dev.quarry.internal.device;

import dev.quarry.ConfigurationException;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.ProviderStatus;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** All devices of one {@code Quarry}, with the outcome for each plugin and the pools opened so far. Thread-safe. */
public final class DeviceRegistry {
    /** Opens pools; the pool layer stands above this one. */
    public interface PoolOpener {
        /** Opens a pool, and tells {@code closed} when it is closed. */
        MemoryPool open(DriverDevice device, MemoryKind kind, PoolOptions options);
    }

    private final DeviceLimits limits;
    private final boolean permanent;
    private final LongSupplier clock;
    private final PoolOpener opener;
    private final List<ProviderStatus> statuses = new ArrayList<>();
    private final Map<String, DriverDevice> devices = new LinkedHashMap<>();

    /** Guards {@code shared}, {@code opened} and {@code closed}; held while pools open and close. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<String, MemoryPool> shared = new LinkedHashMap<>();
    private final List<MemoryPool> opened = new ArrayList<>();
    private boolean closed;

    /**
     * Probes the providers and opens the devices of those that are available.
     *
     * @param permanent whether {@link #close()} is refused
     * @param clock the time in nanoseconds, for idle times and deadlines
     * @param opener opens pools
     * @throws ConfigurationException if {@code quarry.device.limit} has a bad value, or limits memory that a device does not offer
     */
    public DeviceRegistry(List<DeviceProvider> providers, boolean permanent, LongSupplier clock, PoolOpener opener) {
        this(providers, permanent, clock, opener, DeviceLimits.from(System.getenv(), System.getProperties()));
    }

    /** As the other one, with limits of its own. */
    DeviceRegistry(
            List<DeviceProvider> providers,
            boolean permanent,
            LongSupplier clock,
            PoolOpener opener,
            DeviceLimits limits) {
        this.limits = limits;
        this.permanent = permanent;
        this.clock = clock;
        this.opener = opener;
        Map<String, DeviceProvider> byName = new TreeMap<>();
        for (DeviceProvider provider : providers) {
            String name = nameOf(provider);
            if (byName.putIfAbsent(name, provider) != null) {
                missing(name, "a plugin of this name was found before", "remove one of the two from the path");
            }
        }
        byName.forEach(this::load);
        checkLimits();
    }

    /** Finds the providers that {@link ServiceLoader} can load; one that it cannot is listed by {@link #providers()}. */
    public static List<DeviceProvider> discover(ServiceLoader<DeviceProvider> loader) {
        List<DeviceProvider> found = new ArrayList<>();
        Iterator<DeviceProvider> iterator = loader.iterator();
        for (int failures = 0; failures < 100; ) {
            try {
                if (!iterator.hasNext()) {
                    break;
                }
                found.add(iterator.next());
            } catch (ServiceConfigurationError | LinkageError e) {
                failures++;
                found.add(new UnloadableProvider("unloadable-" + failures, e));
            }
        }
        return found;
    }

    /** Returns what became of each plugin. */
    public List<ProviderStatus> providers() {
        return List.copyOf(statuses);
    }

    /** Returns all devices. */
    public List<Device> devices() {
        return List.copyOf(devices.values());
    }

    /** Returns a device by id, or by its plugin's name alone. */
    public Device device(String id) {
        DriverDevice device = devices.get(id.indexOf(':') < 0 ? id + ":0" : id);
        if (device == null) {
            throw new IllegalArgumentException(
                    "no device \"" + id + "\" (there are: " + devices.keySet() + ")" + why(id));
        }
        return device;
    }

    /** Returns the shared pool of a device and kind. */
    public MemoryPool sharedPool(Device device, MemoryKind kind) {
        DriverDevice own = own(device);
        own.checkKind(kind);
        lock.lock();
        try {
            checkOpen();
            String key = own.id() + "/" + kind;
            MemoryPool pool = shared.get(key);
            if (pool == null || !pool.isOpen()) {
                pool = opener.open(own, kind, PoolOptions.defaults());
                shared.put(key, pool);
                opened.add(pool);
            }
            return pool;
        } finally {
            lock.unlock();
        }
    }

    /** Opens a pool. */
    public MemoryPool openPool(Device device, MemoryKind kind, PoolOptions options) {
        DriverDevice own = own(device);
        own.checkKind(kind);
        lock.lock();
        try {
            checkOpen();
            opened.removeIf(pool -> !pool.isOpen());
            MemoryPool pool = opener.open(own, kind, options);
            opened.add(pool);
            return pool;
        } finally {
            lock.unlock();
        }
    }

    /** Notes a pool that was opened elsewhere, to be closed with this. */
    private void keep(MemoryPool pool) {
        lock.lock();
        try {
            checkOpen();
            opened.removeIf(one -> !one.isOpen());
            opened.add(pool);
        } finally {
            lock.unlock();
        }
    }

    /** Closes streams, then pools, the last one first, then devices; goes on after a failure, and throws the first at the end. */
    public void close() {
        if (permanent) {
            throw new IllegalStateException("the shared instance is never closed");
        }
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("this Quarry was closed before");
            }
            closed = true;
            Cleanup cleanup = new Cleanup();
            devices.values().forEach(device -> cleanup.run(device::closeStreams));
            opened.reversed().stream().filter(MemoryPool::isOpen).forEach(pool -> cleanup.run(pool::close));
            devices.values().forEach(device -> cleanup.run(device::close));
            cleanup.rethrow();
        } finally {
            lock.unlock();
        }
    }

    private void load(String name, DeviceProvider provider) {
        Availability availability = probe(provider);
        if (availability instanceof Availability.Available) {
            try {
                addDevices(provider.open());
            } catch (RuntimeException | LinkageError e) {
                missing(name, "opening failed: " + e, "see the message; other plugins are not affected");
                return;
            }
        }
        statuses.add(new ProviderStatus(name, availability));
    }

    /** Throws if a limit is on memory that a device does not offer; all devices are closed then. */
    private void checkLimits() {
        try {
            devices.forEach((id, device) -> limits.check(id, device.kinds()));
        } catch (ConfigurationException e) {
            Cleanup cleanup = new Cleanup();
            devices.values().forEach(device -> cleanup.run(device::close));
            cleanup.suppressIn(e);
            throw e;
        }
    }

    private void missing(String name, String reason, String remedy) {
        statuses.add(new ProviderStatus(name, new Availability.Missing(reason, List.of(), remedy)));
    }

    /** Adds all devices of a plugin; on a failure none, and their drivers are closed. */
    private void addDevices(List<DeviceDriver> drivers) {
        Map<String, DriverDevice> added = new LinkedHashMap<>();
        try {
            for (DeviceDriver driver : drivers) {
                String id = driver.info().id();
                if (devices.containsKey(id) || added.containsKey(id)) {
                    throw new IllegalStateException("device id \"" + id + "\" is taken");
                }
                added.put(id, new DriverDevice(driver, limits, clock, this::keep));
            }
        } catch (RuntimeException | LinkageError e) {
            Cleanup cleanup = new Cleanup();
            added.values().forEach(device -> device.share().close());
            drivers.forEach(driver -> cleanup.run(driver::close));
            cleanup.suppressIn(e);
            throw e;
        }
        devices.putAll(added);
    }

    private static String nameOf(DeviceProvider provider) {
        try {
            return provider.name();
        } catch (RuntimeException | LinkageError e) {
            return provider.getClass().getName();
        }
    }

    private static Availability probe(DeviceProvider provider) {
        try {
            provider.name();
            if (provider.spiVersion() != DeviceProvider.SPI_VERSION) {
                return new Availability.Missing(
                        "written for SPI version " + provider.spiVersion() + ", this is " + DeviceProvider.SPI_VERSION,
                        List.of(),
                        "use versions of quarry-api and of the plugin that belong together (quarry-bom)");
            }
            return provider.probe();
        } catch (RuntimeException | LinkageError e) {
            return new Availability.Missing("probing failed: " + e, List.of(), "report this to the plugin's authors");
        }
    }

    private DriverDevice own(Device device) {
        if (device instanceof DriverDevice own && devices.get(own.id()) == own) {
            return own;
        }
        throw new IllegalArgumentException(device + " is not a device of this Quarry");
    }

    private String why(String id) {
        String plugin = id.indexOf(':') < 0 ? id : id.substring(0, id.indexOf(':'));
        return statuses.stream()
                .filter(status -> status.name().equals(plugin))
                .map(status -> status.availability() instanceof Availability.Missing missing
                        ? "; " + plugin + " is missing: " + missing.reason() + "; " + missing.remedy()
                        : "")
                .collect(Collectors.joining());
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this Quarry is closed");
        }
    }
}
