package dev.quarry.cpu.internal;

import dev.quarry.MemoryKind;
import dev.quarry.spi.DriverException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Pages of another source, with a count of all that were ever mapped of those that are locked, and a call that fails. */
final class CountingPages implements HostPages {
    final AtomicLong mappedBytes = new AtomicLong();
    final AtomicLong lockedBytes = new AtomicLong();

    final AtomicLong reservedBytes = new AtomicLong();

    private final HostPages upstream;
    private final AtomicReference<@Nullable String> failing = new AtomicReference<>();

    CountingPages(HostPages upstream) {
        this.upstream = upstream;
    }

    /** Makes the next call of a method fail, {@code open} or {@code discard}. */
    void failNext(String method) {
        failing.set(method);
    }

    private void failIf(String method) {
        if (failing.compareAndSet(method, null)) {
            throw new DriverException(method, "", Errno.EAGAIN.number(), "the test says so");
        }
    }

    @Override
    public long pageSize() {
        return upstream.pageSize();
    }

    @Override
    public Set<MemoryKind> kinds() {
        return upstream.kinds();
    }

    @Override
    public String description() {
        return upstream.description();
    }

    @Override
    public long map(long bytes) {
        mappedBytes.addAndGet(bytes);
        return upstream.map(bytes);
    }

    @Override
    public boolean canReserve() {
        return upstream.canReserve();
    }

    @Override
    public long reserve(long bytes) {
        reservedBytes.addAndGet(bytes);
        return upstream.reserve(bytes);
    }

    @Override
    public void open(long address, long bytes) {
        failIf("open");
        upstream.open(address, bytes);
    }

    @Override
    public void discard(long address, long bytes) {
        failIf("discard");
        upstream.discard(address, bytes);
    }

    @Override
    public void lock(long address, long bytes) {
        upstream.lock(address, bytes);
        lockedBytes.addAndGet(bytes);
    }

    @Override
    public void unlock(long address, long bytes) {
        upstream.unlock(address, bytes);
        lockedBytes.addAndGet(-bytes);
    }

    @Override
    public void close() {
        upstream.close();
    }
}
