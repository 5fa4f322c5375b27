package dev.quarry.internal.device;

import dev.quarry.MemoryKind;
import dev.quarry.internal.account.Account;
import dev.quarry.spi.DeviceDriver;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What all instances of this process take from one device: an account for all of its memory, below it one for each kind,
 * and below that one for each instance. Above stands the machine's.
 *
 * <p>Drivers of equal {@linkplain DeviceDriver#identity() identity} share these accounts as long as one of them is open.
 * Thread-safe.
 */
final class DeviceAccounts {
    private static final Account MACHINE = new Account("machine", Long.MAX_VALUE);

    /** Guarded by itself. */
    private static final Map<Object, DeviceAccounts> OPEN = new HashMap<>();

    private final Object identity;
    private final Account device;
    private final Map<MemoryKind, Account> kinds = new LinkedHashMap<>();

    /** The pools over this device. */
    private final Set<DeviceShare.Tenant> tenants = ConcurrentHashMap.newKeySet();

    /** Drivers that are open; guarded by {@link #OPEN}, as the devices over them. */
    private int drivers;

    private DeviceAccounts(Object identity, DeviceDriver driver, DeviceLimits limits) {
        this.identity = identity;
        String id = driver.info().id();
        this.device = MACHINE.child("device " + id, limits.of(id));
        for (MemoryKind kind : driver.kinds()) {
            kinds.put(kind, device.child("device " + id + ", kind " + kind, limits.of(id, kind.name())));
        }
    }

    /** Returns the accounts of a driver's device; each call needs a {@link #close}. */
    static DeviceAccounts open(DeviceDriver driver, DeviceLimits limits) {
        synchronized (OPEN) {
            Object identity = driver.identity();
            DeviceAccounts accounts = OPEN.computeIfAbsent(identity, same -> new DeviceAccounts(same, driver, limits));
            accounts.drivers++;
            return accounts;
        }
    }

    /** Takes note that a driver is closed. */
    void close() {
        synchronized (OPEN) {
            drivers--;
            if (drivers == 0) {
                OPEN.remove(identity);
                kinds.values().forEach(Account::close);
                device.close();
            }
        }
    }

    /** Returns the account of all memory. */
    Account all() {
        return device;
    }

    /** Returns the account of one kind. */
    Account of(MemoryKind kind) {
        Account account = kinds.get(kind);
        if (account == null) {
            throw new IllegalArgumentException(device.name() + " has no memory of kind " + kind);
        }
        return account;
    }

    /** Returns the pools that are told when a limit changes. */
    Set<DeviceShare.Tenant> tenants() {
        return tenants;
    }
}
