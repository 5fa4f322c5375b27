package dev.quarry.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/*
 * FastTrack (C. Flanagan, S. Freund, PLDI 2009) over intervals instead of variables. Per disjoint interval it keeps the last
 * write, and those reads since that no later read is ordered after. Older accesses need not be kept: whoever is ordered
 * after a kept one is ordered after them too, and whoever is not is in conflict with the kept one.
 */
/** The accesses that matter to each byte of memory, by disjoint intervals. Guarded by the driver's lock. */
final class AccessMap {
    private final NavigableMap<Long, AccessInterval> intervals = new TreeMap<>();

    /** Notes an access by an actor with a clock, and returns the earlier ones that are in conflict with it, each once. */
    Set<Access> note(Access access, VectorClock clock) {
        return access.write() ? noteWrite(access, clock) : noteRead(access, clock);
    }

    /** Forgets a range, and returns the accesses to it that are not ordered before a clock, each once. */
    Set<Access> forget(long address, long bytes, VectorClock clock) {
        return intervals.isEmpty() ? Set.of() : take(address, address + bytes, clock);
    }

    int size() {
        return intervals.size();
    }

    private Set<Access> noteWrite(Access access, VectorClock clock) {
        AccessInterval same = intervals.get(access.address());
        if (same != null && same.end() == access.end()) {
            Set<Access> conflicts = same.conflictsWithWrite(clock, Set.of());
            same.write(access);
            return conflicts;
        }
        Set<Access> conflicts = take(access.address(), access.end(), clock);
        AccessInterval interval = new AccessInterval(access.end());
        interval.write(access);
        intervals.put(access.address(), interval);
        return conflicts;
    }

    private Set<Access> noteRead(Access access, VectorClock clock) {
        Set<Access> conflicts = Set.of();
        List<Long> gaps = new ArrayList<>(0);
        long reached = access.address();
        for (var entry : cut(access.address(), access.end()).entrySet()) {
            if (entry.getKey() > reached) {
                gaps.add(reached);
            }
            conflicts = entry.getValue().conflictsWithRead(clock, conflicts);
            entry.getValue().read(access, clock);
            reached = entry.getValue().end();
        }
        if (reached < access.end()) {
            gaps.add(reached);
        }
        for (long start : gaps) {
            Long next = intervals.higherKey(start);
            AccessInterval gap = new AccessInterval(next == null ? access.end() : Math.min(next, access.end()));
            gap.read(access, clock);
            intervals.put(start, gap);
        }
        return conflicts;
    }

    /** Removes all intervals of a range, and returns their accesses that are not ordered before a clock. */
    private Set<Access> take(long start, long end, VectorClock clock) {
        Set<Access> conflicts = Set.of();
        SortedMap<Long, AccessInterval> covered = cut(start, end);
        for (AccessInterval interval : covered.values()) {
            conflicts = interval.conflictsWithWrite(clock, conflicts);
        }
        covered.clear();
        return conflicts;
    }

    /** Splits intervals at both ends of a range, and returns those inside. */
    private SortedMap<Long, AccessInterval> cut(long start, long end) {
        splitAt(start);
        splitAt(end);
        return intervals.subMap(start, end);
    }

    private void splitAt(long address) {
        var before = intervals.lowerEntry(address);
        if (before != null && before.getValue().end() > address) {
            intervals.put(address, before.getValue().splitAt(address));
        }
    }

    /** Adds to a set that costs nothing while it is empty. */
    static Set<Access> with(Access access, Set<Access> conflicts) {
        Set<Access> more = conflicts.isEmpty() ? Collections.newSetFromMap(new IdentityHashMap<>()) : conflicts;
        more.add(access);
        return more;
    }
}
