package dev.quarry.sim;

import dev.quarry.MemoryKind;
import dev.quarry.sim.AddressSpace.Range;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The physical handles of one simulated device, and where in the reserved ranges they are mapped. Guarded by the driver's
 * lock.
 *
 * <p>Handles are never reused, far above all addresses and multiples of no page, so that each mix-up is found.
 */
final class Mappings {
    private static final long FIRST_HANDLE = 1L << 60;
    private static final long STEP = 0x101;

    private final AddressSpace addresses;
    private final Map<Long, Physical> handles = new HashMap<>();
    private final NavigableMap<Long, Physical> mapped = new TreeMap<>();
    private long lastHandle;

    Mappings(AddressSpace addresses, int ordinal) {
        this.addresses = addresses;
        this.lastHandle = FIRST_HANDLE + ((long) ordinal << 48);
    }

    /** Physical memory: its size, and where it is mapped. */
    private static final class Physical {
        private final MemoryKind kind;
        private final long bytes;
        private long address;
        private boolean accessible;

        Physical(MemoryKind kind, long bytes) {
            this.kind = kind;
            this.bytes = bytes;
        }

        boolean isMapped() {
            return address != 0;
        }

        long end() {
            return address + bytes;
        }
    }

    /** Takes a handle. */
    long create(MemoryKind kind, long bytes) {
        lastHandle += STEP;
        handles.put(lastHandle, new Physical(kind, bytes));
        return lastHandle;
    }

    /** Gives a handle back that is not mapped. */
    void release(long handle, long bytes) {
        Physical physical = find("release", handle, bytes);
        if (physical.isMapped()) {
            throw broken("release", handle, bytes, "it is mapped at " + CallGate.hex(physical.address));
        }
        handles.remove(handle);
    }

    /** Gives a reserved range back in which nothing is mapped. */
    void unreserve(long address, long bytes) {
        Range range = addresses.find(address, bytes);
        if (range == null || !range.reserved() || range.address() != address || range.bytes() != bytes) {
            throw broken("unreserve", address, bytes, "not one whole reserved range");
        }
        Map.Entry<Long, Physical> last = mapped.lowerEntry(address + bytes);
        if (last != null && last.getKey() >= address) {
            throw broken("unreserve", address, bytes, "memory is mapped at " + CallGate.hex(last.getKey()));
        }
        addresses.giveBack(range);
    }

    /** Maps a handle. */
    void map(long address, long bytes, long handle) {
        Physical physical = find("map", handle, bytes);
        if (physical.isMapped()) {
            throw broken("map", handle, bytes, "it is mapped at " + CallGate.hex(physical.address));
        }
        Range range = addresses.find(address, bytes);
        if (range == null || !range.reserved()) {
            throw broken("map", address, bytes, "not inside one reserved range");
        }
        if (!range.kind().equals(physical.kind)) {
            throw broken("map", address, bytes, "memory of " + physical.kind + " into a range of " + range.kind());
        }
        Map.Entry<Long, Physical> before = mapped.lowerEntry(address + bytes);
        if (before != null && before.getValue().end() > address) {
            throw broken("map", address, bytes, "memory is mapped at " + CallGate.hex(before.getKey()));
        }
        physical.address = address;
        mapped.put(address, physical);
    }

    /** Ends a mapping. */
    void unmap(long address, long bytes) {
        Physical physical = mapped.get(address);
        if (physical == null || physical.bytes != bytes) {
            throw broken(
                    "unmap",
                    address,
                    bytes,
                    physical == null ? "no mapping begins there" : "mapped there are " + physical.bytes + " bytes");
        }
        mapped.remove(address);
        physical.address = 0;
        physical.accessible = false;
    }

    /** Makes mappings side by side accessible. */
    void setAccess(long address, long bytes) {
        if (addresses.find(address, bytes) == null) {
            throw broken("setAccess", address, bytes, "not inside one reserved range");
        }
        List<Physical> whole = new ArrayList<>();
        long end = address + bytes;
        for (long reached = address; reached < end; reached = whole.getLast().end()) {
            Physical physical = mapped.get(reached);
            if (physical == null || physical.end() > end) {
                throw broken("setAccess", address, bytes, "no whole mapping begins at " + CallGate.hex(reached));
            }
            whole.add(physical);
        }
        whole.forEach(physical -> physical.accessible = true);
    }

    /**
     * Returns what stands in the way of an access inside a reserved range, or {@code null} if all of it is mapped and
     * accessible.
     */
    @Nullable
    String obstacle(long address, long bytes) {
        long end = address + bytes;
        for (long reached = address; reached < end; ) {
            Map.Entry<Long, Physical> entry = mapped.floorEntry(reached);
            if (entry == null || entry.getValue().end() <= reached) {
                return "nothing is mapped at " + CallGate.hex(reached);
            }
            if (!entry.getValue().accessible) {
                return "the mapping at " + CallGate.hex(entry.getKey()) + " was not made accessible";
            }
            reached = entry.getValue().end();
        }
        return null;
    }

    int liveHandles() {
        return handles.size();
    }

    void clear() {
        handles.clear();
        mapped.clear();
    }

    private Physical find(String call, long handle, long bytes) {
        Physical physical = handles.get(handle);
        if (physical == null) {
            throw broken(call, handle, bytes, "no physical memory has this handle (never created, or released before)");
        }
        if (physical.bytes != bytes) {
            throw broken(call, handle, bytes, "it was created with " + physical.bytes + " bytes");
        }
        return physical;
    }

    private static IllegalStateException broken(String call, long subject, long bytes, String reason) {
        return new IllegalStateException(call + "(" + CallGate.hex(subject) + ", " + bytes + "): " + reason);
    }
}
