package dev.quarry.cpu.internal;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is reserved, what was created, and which of it is mapped where: the checks of virtual memory, without a system call.
 *
 * <p>A mapping that a thread is just making or ending is <em>unsettled</em>: it occupies its place and its handle, and
 * nobody else may do anything with it. Sizes are page multiples, which the caller sees to. Thread-safe.
 */
final class MappingTable {
    private final ReentrantLock lock = new ReentrantLock();

    /** Sizes of reserved ranges by address. No two overlap. Guarded by {@link #lock}, as all below. */
    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    /** Mappings by address. No two overlap, and each lies in one range. */
    private final TreeMap<Long, Mapping> mappings = new TreeMap<>();

    private final Handles<Physical> handles = new Handles<>("memory handle");

    /** A right to bytes. */
    private static final class Physical {
        final long bytes;

        /** Invariant: the mapping is in {@link MappingTable#mappings}, and names this handle. */
        @Nullable
        Mapping mapping;

        Physical(long bytes) {
            this.bytes = bytes;
        }
    }

    /** One handle at its place. */
    private static final class Mapping {
        final long address;
        final Physical physical;
        boolean settled;

        Mapping(long address, Physical physical) {
            this.address = address;
            this.physical = physical;
        }

        long end() {
            return address + physical.bytes;
        }

        @Override
        public String toString() {
            return range(address, physical.bytes) + (settled ? "" : ", which another thread is mapping or unmapping");
        }
    }

    /** Adds a reserved range that overlaps no other. */
    void reserve(long address, long bytes) {
        lock.lock();
        try {
            ranges.put(address, bytes);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends a reserved range.
     *
     * @throws IllegalArgumentException if it is not the whole of one
     * @throws IllegalStateException if something is mapped in it
     */
    void unreserve(long address, long bytes) {
        lock.lock();
        try {
            Long known = ranges.get(address);
            if (known == null || known != bytes) {
                throw new IllegalArgumentException(range(address, bytes) + " is not reserved"
                        + (known == null ? "" : ", but " + range(address, known)));
            }
            Map.Entry<Long, Mapping> first = mappings.ceilingEntry(address);
            if (first != null && first.getKey() < address + bytes) {
                throw new IllegalStateException(
                        range(address, bytes) + " cannot be unreserved: mapped is " + first.getValue());
            }
            ranges.remove(address);
        } finally {
            lock.unlock();
        }
    }

    /** Makes a handle. */
    long create(long bytes) {
        return handles.add(new Physical(bytes));
    }

    /**
     * Ends a handle.
     *
     * @throws IllegalArgumentException if it has another size
     * @throws IllegalStateException if there is no such handle, or it is mapped
     */
    void release(long handle, long bytes) {
        lock.lock();
        try {
            unmapped(handle, bytes);
            handles.remove(handle);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds an unsettled mapping, to be settled or removed.
     *
     * @throws IllegalArgumentException if the handle has another size, or the place is not in one reserved range
     * @throws IllegalStateException if there is no such handle, it is mapped, or something is mapped there
     */
    void beginMap(long address, long bytes, long handle) {
        lock.lock();
        try {
            Physical physical = unmapped(handle, bytes);
            Map.Entry<Long, Long> range = ranges.floorEntry(address);
            // Compared without address + bytes, which may overflow.
            if (range == null || bytes > range.getValue() - (address - range.getKey())) {
                throw new IllegalArgumentException(range(address, bytes) + " is not in one reserved range"
                        + (range == null ? "" : "; the nearest below is " + range(range.getKey(), range.getValue())));
            }
            Map.Entry<Long, Mapping> before = mappings.lowerEntry(address + bytes);
            if (before != null && before.getValue().end() > address) {
                throw new IllegalStateException(
                        range(address, bytes) + " cannot be mapped: mapped there is " + before.getValue());
            }
            physical.mapping = new Mapping(address, physical);
            mappings.put(address, physical.mapping);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes a settled mapping unsettled, to be settled again or removed.
     *
     * @throws IllegalStateException if it is not the whole of one, or unsettled
     */
    void beginUnmap(long address, long bytes) {
        lock.lock();
        try {
            Mapping mapping = mappings.get(address);
            if (mapping == null || mapping.physical.bytes != bytes || !mapping.settled) {
                throw new IllegalStateException(
                        range(address, bytes) + " is not one mapping" + (mapping == null ? "" : ", but " + mapping));
            }
            mapping.settled = false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the making of a mapping, or the failed ending of one. */
    void settle(long address) {
        lock.lock();
        try {
            unsettled(address).settled = true;
        } finally {
            lock.unlock();
        }
    }

    /** Removes an unsettled mapping. */
    void remove(long address) {
        lock.lock();
        try {
            unsettled(address).physical.mapping = null;
            mappings.remove(address);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Checks that bytes are one settled mapping, or several side by side.
     *
     * @throws IllegalStateException if not
     */
    void checkMapped(long address, long bytes) {
        lock.lock();
        try {
            long left = bytes;
            while (left > 0) {
                long at = address + (bytes - left);
                Mapping mapping = mappings.get(at);
                if (mapping == null || !mapping.settled || mapping.physical.bytes > left) {
                    throw new IllegalStateException(range(address, bytes) + " is not whole mappings: at 0x"
                            + Long.toHexString(at) + " is " + (mapping == null ? "none" : mapping));
                }
                left -= mapping.physical.bytes;
            }
        } finally {
            lock.unlock();
        }
    }

    private Physical unmapped(long handle, long bytes) {
        Physical physical = handles.get(handle);
        if (physical.bytes != bytes) {
            throw new IllegalArgumentException(
                    "memory handle " + handle + " of cpu:0 has " + physical.bytes + " bytes, not " + bytes);
        }
        if (physical.mapping != null) {
            throw new IllegalStateException("memory handle " + handle + " of cpu:0 is mapped: " + physical.mapping);
        }
        return physical;
    }

    private Mapping unsettled(long address) {
        Mapping mapping = mappings.get(address);
        if (mapping == null || mapping.settled) {
            throw new IllegalStateException("no unsettled mapping at 0x" + Long.toHexString(address));
        }
        return mapping;
    }

    private static String range(long address, long bytes) {
        return "0x" + Long.toHexString(address) + ", " + bytes;
    }
}
