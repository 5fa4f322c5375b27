package dev.quarry.internal.pool;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Device;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics;
import dev.quarry.PoolOptions;
import dev.quarry.Stream;
import dev.quarry.internal.account.Account;
import dev.quarry.internal.inspect.PoolInspector;
import dev.quarry.internal.inspect.PoolLayout;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A pool that takes its memory from another one and accounts for it separately. */
final class ChildPool extends PoolFront implements PoolInspector {
    private static final long CLOSED = Long.MIN_VALUE;

    private final DevicePool root;
    private final @Nullable ChildPool parent;
    private final Account account;
    private final AtomicLong refused = new AtomicLong();

    /**
     * The number of open allocations, of this pool and its children, those that are being made included; the close adds
     * {@link #CLOSED}.
     */
    private final AtomicLong state = new AtomicLong();

    private ChildPool(DevicePool root, @Nullable ChildPool parent, Account account) {
        this.root = root;
        this.parent = parent;
        this.account = account;
    }

    /** Opens a child of a pool over the driver. */
    static ChildPool open(DevicePool root, Account children, String name, long reservation, long limit) {
        return open(root, null, children, name, reservation, limit);
    }

    private static ChildPool open(
            DevicePool root, @Nullable ChildPool parent, Account above, String name, long reservation, long limit) {
        Objects.requireNonNull(name, "name");
        checkBounds(reservation, limit);
        root.core().checkOpen();
        Account account = above.child(name, limit);
        if (!root.limits().resize(account, reservation, limit)) {
            throw root.failure(above, reservation);
        }
        return new ChildPool(root, parent, account);
    }

    private static void checkBounds(long reservation, long limit) {
        if (reservation < 0 || limit < reservation || limit == 0) {
            throw new IllegalArgumentException("reservation = " + reservation + ", limit = " + limit
                    + " (expected: 0 <= reservation <= limit, limit above 0)");
        }
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
        enter();
        try {
            return open(root, this, account, name, reservation, limit);
        } finally {
            leave();
        }
    }

    @Override
    public long trim(Duration idle) {
        checkOpen();
        return root.trim(idle);
    }

    @Override
    public long compact() {
        checkOpen();
        return root.compact();
    }

    @Override
    public long collect() {
        checkOpen();
        return root.collect();
    }

    @Override
    public MemoryStatistics statistics() {
        return PoolReports.ofChild(account, live(), refused.get(), root.statistics());
    }

    @Override
    public void reconfigure(PoolOptions options) {
        Objects.requireNonNull(options, "options");
        throw new UnsupportedOperationException(
                "child pool \"" + name() + "\" has the options of its parent; reconfigure that");
    }

    @Override
    public void resize(long reservation, long limit) {
        checkBounds(reservation, limit);
        enter();
        try {
            if (!root.limits().resize(account, reservation, limit)) {
                refused.incrementAndGet();
                throw root.failure(account, reservation);
            }
        } finally {
            leave();
        }
        root.signal();
    }

    @Override
    public boolean isOpen() {
        return state.get() >= 0 && (parent == null ? root.isOpen() : parent.isOpen());
    }

    @Override
    public void close() {
        PoolArena allocator = presentLasting();
        if (allocator == null) {
            end(List.of());
        } else {
            allocator.endIf(this::end, this::reopen);
        }
        PoolArena last = presentLasting(); // one that was asked for meanwhile holds nothing: allocation has ended
        if (last != null) {
            last.endIf(held -> {}, () -> {});
            root.lasting().remove(last);
        }
        root.core().headroom().close(account);
        root.signal();
    }

    @Override
    public PoolLayout inspect() {
        return root.inspect();
    }

    @Override
    public boolean lose(Allocation allocation) {
        return root.lose(allocation);
    }

    @Override
    PooledAllocation allocate(long bytes, Domain domain) {
        root.roundedSize(bytes);
        AllocationRequest request = AllocationRequest.of(bytes);
        Stream stream = domain.stream();
        return orThrow(attempt(stream == null ? request : request.on(stream), Effort.OR_THROW));
    }

    @Override
    @Nullable
    PooledAllocation attempt(AllocationRequest request, Effort effort) {
        long size = root.roundedSize(request.bytes());
        enter();
        PooledAllocation allocation = null;
        try {
            allocation = root.core().headroom().isActive() ? null : root.attemptCached(request, this);
            if (allocation == null) {
                allocation = root.limits().claim(account, size)
                        ? attemptClaimed(request, size, effort)
                        : attemptUnclaimed(request, size, effort);
            }
        } finally {
            if (allocation == null) {
                leave();
            }
        }
        return allocation;
    }

    /** Allocates what is charged and claimed already. */
    private @Nullable PooledAllocation attemptClaimed(AllocationRequest request, long size, Effort effort) {
        PooledAllocation allocation = null;
        try {
            allocation = root.attempt(request, this, effort, true);
        } finally {
            if (allocation == null) {
                root.core().headroom().uncharge(account, size);
            }
        }
        return allocation;
    }

    /** Charges and allocates; what is kept for others then binds as it binds the parent. */
    private @Nullable PooledAllocation attemptUnclaimed(AllocationRequest request, long size, Effort effort) {
        if (!account.charge(size)) {
            return refuse(request, effort);
        }
        PooledAllocation allocation = null;
        try {
            allocation = root.attempt(request, this, effort, false);
        } finally {
            if (allocation == null) {
                account.release(size);
            } else {
                root.core().headroom().noteUnclaimed(account.hold(size) - size);
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
    Arena openLife() {
        return root.views().openForChild();
    }

    @Override
    long mostBytes() {
        return Math.min(account.leastLimit(), root.mostBytes());
    }

    @Override
    DeviceOutOfMemoryException neverEnough(long bytes) {
        refused.incrementAndGet();
        return root.failure(account, bytes);
    }

    @Override
    Account account() {
        return account;
    }

    /** Takes note that a block was freed. */
    void freed() {
        leave();
        root.signal();
    }

    private @Nullable PooledAllocation refuse(AllocationRequest request, Effort effort) {
        refused.incrementAndGet();
        if (effort.isThrowing()) {
            throw root.failure(account, request.bytes());
        }
        root.core().counters().outOfMemory.incrementAndGet();
        return null;
    }

    /** Counts an allocation before it is made, so that a close sees it; throws where the close was first. */
    private void enter() {
        if (parent != null) {
            parent.enter();
        }
        if (state.incrementAndGet() < 0) {
            leave();
            throw closedAlready();
        }
    }

    private void leave() {
        state.decrementAndGet();
        if (parent != null) {
            parent.leave();
        }
    }

    /** Ends allocation, if all that is open are the allocator's own blocks. */
    private void end(List<Allocation> own) {
        while (true) {
            long present = state.get();
            if (present < 0) {
                throw new IllegalStateException("child pool \"" + name() + "\" was closed before");
            }
            if (present != own.size()) {
                long ownBytes = own.stream()
                        .mapToLong(block -> root.roundedSize(block.byteSize()))
                        .sum();
                throw new IllegalStateException("child pool \"" + name() + "\" has " + (present - own.size())
                        + " open allocations in blocks of " + (account.charged() - ownBytes)
                        + " bytes; close them first");
            }
            if (state.compareAndSet(present, present + CLOSED)) {
                return;
            }
        }
    }

    private void reopen() {
        state.addAndGet(CLOSED); // the sign flips back
    }

    private long live() {
        return state.get() & ~CLOSED;
    }

    private void checkOpen() {
        if (state.get() < 0) {
            throw closedAlready();
        }
    }

    private IllegalStateException closedAlready() {
        return new IllegalStateException("child pool \"" + name() + "\" is closed");
    }
}
