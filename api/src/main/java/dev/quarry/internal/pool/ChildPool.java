package dev.quarry.internal.pool;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics;
import dev.quarry.PoolOptions;
import dev.quarry.Stream;
import dev.quarry.internal.account.Account;
import dev.quarry.internal.inspect.PoolInspector;
import dev.quarry.internal.inspect.PoolLayout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A pool that takes its memory from another one and accounts for it separately. */
final class ChildPool extends PoolFront implements PoolInspector {
    private final DevicePool root;
    private final Account account;
    private final AtomicLong live = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();

    private ChildPool(DevicePool root, Account account) {
        this.root = root;
        this.account = account;
    }

    /** Opens a child under an account. */
    static ChildPool open(DevicePool root, Account parent, String name, long reservation, long limit) {
        if (reservation < 0 || limit < reservation || limit == 0) {
            throw new IllegalArgumentException("reservation = " + reservation + ", limit = " + limit
                    + " (expected: 0 <= reservation <= limit, limit above 0)");
        }
        root.core().checkOpen();
        Account account = parent.child(name, limit);
        if (!account.reserve(reservation)) {
            throw root.failure(reservation, new Ladder.Trail());
        }
        return new ChildPool(root, account);
    }

    @Override
    public String name() {
        return account.name();
    }

    @Override
    public Device device() {
        return root.device();
    }

    @Override
    public MemoryKind kind() {
        return root.kind();
    }

    @Override
    public PoolOptions options() {
        return root.options();
    }

    @Override
    public MemoryPool child(String name, long reservation, long limit) {
        checkOpen();
        return open(root, account, name, reservation, limit);
    }

    @Override
    public long trim(Duration idle) {
        checkOpen();
        return root.trim(idle);
    }

    @Override
    public MemoryStatistics statistics() {
        return PoolReports.ofChild(account, live.get(), refused.get(), root.statistics());
    }

    @Override
    public void reconfigure(PoolOptions options) {
        throw new UnsupportedOperationException(
                "child pool \"" + name() + "\" has the options of its parent; reconfigure that");
    }

    @Override
    public boolean isOpen() {
        return !closed.get() && root.isOpen();
    }

    @Override
    public void close() {
        closeLasting();
        if (live.get() != 0) {
            throw new IllegalStateException("child pool \"" + name() + "\" has " + live.get() + " open allocations of "
                    + account.charged() + " bytes; close them first");
        }
        if (!closed.compareAndSet(false, true)) {
            throw new IllegalStateException("child pool \"" + name() + "\" was closed before");
        }
        account.close();
    }

    @Override
    public PoolLayout inspect() {
        return root.inspect();
    }

    @Override
    PooledAllocation allocate(long bytes, Domain domain) {
        AllocationRequest request = AllocationRequest.of(root.checkedSize(bytes));
        Stream stream = domain.stream();
        return orThrow(attempt(stream == null ? request : request.on(stream), Effort.OR_THROW));
    }

    @Override
    @Nullable
    PooledAllocation attempt(AllocationRequest request, Effort effort) {
        checkOpen();
        long size = root.roundedSize(request.bytes());
        if (!account.charge(size)) {
            return refuse(request, effort);
        }
        live.incrementAndGet();
        PooledAllocation allocation = null;
        try {
            allocation = root.attempt(request, this, effort);
        } finally {
            if (allocation == null) {
                uncharge(size);
            }
        }
        return allocation;
    }

    @Override
    @Nullable
    List<Allocation> allocateTogether(Domain domain, long[] bytes) {
        return null;
    }

    @Override
    DevicePool root() {
        return root;
    }

    @Override
    Domain domainOf(Stream stream) {
        return root.domainOf(stream);
    }

    @Override
    Domain defaultDomain() {
        return root.defaultDomain();
    }

    @Override
    long mostBytes() {
        return Math.min(account.limit(), root.mostBytes());
    }

    /** Takes the charge of a block back that was freed. */
    void uncharge(long size) {
        account.release(size);
        live.decrementAndGet();
        if (root.admission().isAwaited()) {
            root.admission().signal();
        }
    }

    private @Nullable PooledAllocation refuse(AllocationRequest request, Effort effort) {
        refused.incrementAndGet();
        if (effort == Effort.OR_THROW) {
            throw root.failure(account, request.bytes());
        }
        root.core().counters().outOfMemory.incrementAndGet();
        return null;
    }

    private static PooledAllocation orThrow(@Nullable PooledAllocation allocation) {
        if (allocation == null) {
            throw new IllegalStateException("an attempt that fails by exception only returned nothing");
        }
        return allocation;
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException("child pool \"" + name() + "\" is closed");
        }
    }
}
