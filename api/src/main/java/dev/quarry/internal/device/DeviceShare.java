package dev.quarry.internal.device;

import dev.quarry.DeviceUsage;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.internal.account.Account;
import dev.quarry.spi.DeviceDriver;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What one instance takes from one device, as a part of what the process takes. Thread-safe. */
public final class DeviceShare {
    /** A pool, as its device sees it. */
    public interface Tenant {
        /** Takes note that a limit on the device's memory was changed; gives back what nobody uses if it is exceeded. */
        void limitChanged();

        /** Returns whether what the pool gives back is the driver's memory of a kind. */
        boolean holds(MemoryKind kind);

        /** Gives back what nobody uses, about some bytes; returns how many. */
        long giveBack(long bytes);

        /** Returns the bytes that the pool holds and nobody has allocated, as far as can be told at once. */
        long idleBytes();
    }

    private final DeviceDriver driver;
    private final DeviceAccounts accounts;

    /** What this instance takes, by kind. */
    private final Map<MemoryKind, Account> own = new LinkedHashMap<>();

    /** The pools that are told of limits, by slot. */
    private final Map<Integer, Tenant> tenants = new ConcurrentHashMap<>();

    DeviceShare(DeviceDriver driver, DeviceLimits limits) {
        this.driver = driver;
        this.accounts = DeviceAccounts.open(driver, limits);
        String id = driver.info().id();
        for (MemoryKind kind : driver.kinds()) {
            own.put(kind, accounts.of(kind).child(id, Long.MAX_VALUE));
        }
    }

    /** Returns the account of all that this instance reserves of one kind. */
    public Account account(MemoryKind kind) {
        return Objects.requireNonNull(own.get(kind), kind::name);
    }

    /** Lets a pool know of limits, until its slot is returned. */
    public void setTenant(int slot, Tenant tenant) {
        tenants.put(slot, tenant);
        accounts.tenants().add(tenant);
    }

    /**
     * Returns what all pools of this process hold of the memory that a kind is part of: of that kind, and of others of which
     * the driver tells the same total.
     *
     * @param info what the driver tells of the kind
     */
    public long heldBytes(MemoryKind kind, MemoryInfo info) {
        return driver.kinds().stream()
                .filter(other -> other.equals(kind) || driver.memory(other).totalBytes() == info.totalBytes())
                .mapToLong(other -> accounts.of(other).charged())
                .sum();
    }

    /**
     * Lets the pools of this process but one give back what they do not use, until some bytes are: first those that hold the
     * same kind, then the others, which share limits and perhaps the memory. Returns how many bytes they gave.
     */
    public long giveBack(Tenant but, MemoryKind kind, long bytes) {
        long given = 0;
        for (boolean same : new boolean[] {true, false}) {
            for (Tenant tenant : accounts.tenants()) {
                boolean asked = !tenant.equals(but) && tenant.holds(kind) == same && given < bytes;
                given += asked ? tenant.giveBack(bytes - given) : 0;
            }
        }
        return given;
    }

    /** Returns the bytes that all pools of this process but one hold and nobody has allocated. The caller holds no pool's lock. */
    public long idleBytes(Tenant but) {
        return accounts.tenants().stream()
                .filter(tenant -> !tenant.equals(but))
                .mapToLong(Tenant::idleBytes)
                .sum();
    }

    void removeTenant(int slot) {
        Tenant tenant = tenants.remove(slot);
        if (tenant != null) {
            accounts.tenants().remove(tenant);
        }
    }

    /** Returns what the process holds of a kind, or of all kinds together. */
    DeviceUsage usage(@Nullable MemoryKind kind) {
        Account account = of(kind);
        return new DeviceUsage(account.charged(), account.peak(), account.limit());
    }

    /** Limits what the process may take of a kind, or of all kinds together. */
    void limit(@Nullable MemoryKind kind, long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("limit = " + bytes + " (expected: at least 1)");
        }
        of(kind).setLimit(bytes);
        accounts.tenants().forEach(Tenant::limitChanged);
    }

    /** Gives back what is still charged, and forgets this instance's part in the accounts. */
    void close() {
        own.values().forEach(Account::close);
        accounts.close();
    }

    private Account of(@Nullable MemoryKind kind) {
        return kind == null ? accounts.all() : accounts.of(kind);
    }
}
