package dev.quarry.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A run of bytes that saw the same accesses: the last write, and the reads since. Its map knows where it begins. */
final class AccessInterval {
    private long end;
    private @Nullable Access write;
    private List<Access> reads = List.of();

    AccessInterval(long end) {
        this.end = end;
    }

    /** Returns the first byte after it. */
    long end() {
        return end;
    }

    /** Ends this at an address, and returns the rest. */
    AccessInterval splitAt(long address) {
        AccessInterval rest = new AccessInterval(end);
        rest.write = write;
        rest.reads = reads.isEmpty() ? reads : new ArrayList<>(reads);
        end = address;
        return rest;
    }

    void write(Access access) {
        write = access;
        reads = List.of();
    }

    /** Adds a read by an actor with a clock, in the place of those it is ordered after. */
    void read(Access access, VectorClock clock) {
        if (reads.isEmpty()) {
            reads = new ArrayList<>(1);
        } else {
            reads.removeIf(read -> read.isBefore(clock));
        }
        reads.add(access);
    }

    /** Returns a set, with the write added if a read with this clock is in conflict with it. */
    Set<Access> conflictsWithRead(VectorClock clock, Set<Access> conflicts) {
        return write == null || write.isBefore(clock) ? conflicts : AccessMap.with(write, conflicts);
    }

    /** Returns a set, with the accesses added that a write with this clock is in conflict with. */
    Set<Access> conflictsWithWrite(VectorClock clock, Set<Access> conflicts) {
        Set<Access> all = conflictsWithRead(clock, conflicts);
        for (Access read : reads) {
            if (!read.isBefore(clock)) {
                all = AccessMap.with(read, all);
            }
        }
        return all;
    }
}
