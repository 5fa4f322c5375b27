package dev.quarry.internal.pool;

import dev.quarry.internal.pool.Ranges.Idle;
import dev.quarry.internal.segment.Mapping;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which handles are moved, and which are given back so that smaller ones can be created for what those leave open.
 *
 * @param moved together no more than what is needed
 * @param released none, if what is left can be created without
 */
record RemapChoice(List<Idle> moved, List<Idle> released) {
    /** Returns the handles that leave their places. */
    List<Idle> all() {
        List<Idle> all = new ArrayList<>(moved);
        all.addAll(released);
        return all;
    }

    /** Returns what is mapped where, of the handles that are moved. */
    Set<Mapping> movedMappings() {
        return moved.stream().map(Idle::mapping).collect(Collectors.toSet());
    }

    /** Chooses among handles for some bytes, of which some can be created anew; {@code null} if they do not do. */
    static @Nullable RemapChoice of(List<Idle> idle, long need, long room) {
        List<Idle> largestFirst = new ArrayList<>(idle);
        largestFirst.sort(
                Comparator.comparingLong((Idle one) -> one.mapping().bytes()).reversed());
        List<Idle> moved = new ArrayList<>();
        List<Idle> rest = new ArrayList<>();
        long open = need;
        for (Idle one : largestFirst) {
            boolean fits = one.mapping().bytes() <= open;
            open -= fits ? one.mapping().bytes() : 0;
            (fits ? moved : rest).add(one);
        }
        List<Idle> released = new ArrayList<>();
        long creatable = room;
        for (int i = rest.size() - 1; i >= 0 && creatable < open; i--) {
            released.add(rest.get(i));
            creatable += rest.get(i).mapping().bytes();
        }
        return creatable < open ? null : new RemapChoice(moved, released);
    }
}
