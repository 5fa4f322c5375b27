package dev.quarry.cpu.internal;

import dev.quarry.MemoryKind;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Pages of another source, with a count of all that were ever mapped and of those that are locked. */
final class CountingPages implements HostPages {
    final AtomicLong mappedBytes = new AtomicLong();
    final AtomicLong lockedBytes = new AtomicLong();

    private final HostPages upstream;

    CountingPages(HostPages upstream) {
        this.upstream = upstream;
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
    public void discard(long address, long bytes) {
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
