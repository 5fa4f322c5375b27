package dev.quarry.testkit;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemorySource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** A source of memory that stands for another library: what it gives is cut from a pool, which any device has. Thread-safe. */
final class PoolBacked implements MemorySource {
    private final MemoryPool pool;
    private final Map<Long, Allocation> given = new ConcurrentHashMap<>();

    PoolBacked(MemoryPool pool) {
        this.pool = pool;
    }

    @Override
    public Device device() {
        return pool.device();
    }

    @Override
    public MemoryKind kind() {
        return pool.kind();
    }

    @Override
    public OptionalLong allocate(long bytes, long alignment) {
        Optional<Allocation> got = pool.tryAllocate(AllocationRequest.of(bytes).aligned(alignment));
        got.ifPresent(one -> given.put(one.address(), one));
        return got.isPresent() ? OptionalLong.of(got.get().address()) : OptionalLong.empty();
    }

    @Override
    public void free(long address, long bytes) {
        Allocation one = given.remove(address);
        if (one == null || one.byteSize() != bytes) {
            throw new AssertionError(one + " is not what was given (expected: " + bytes + " bytes at " + address + ")");
        }
        one.close();
    }

    /** Returns the bytes that were given and not taken back. */
    long givenBytes() {
        return given.values().stream().mapToLong(Allocation::byteSize).sum();
    }

    /** Returns whether an allocation lies in what was given. */
    boolean holds(Allocation allocation) {
        return given.values().stream()
                .anyMatch(one -> one.address() <= allocation.address()
                        && allocation.address() + allocation.byteSize() <= one.address() + one.byteSize());
    }

    @Override
    public String toString() {
        return "source over " + pool;
    }
}
