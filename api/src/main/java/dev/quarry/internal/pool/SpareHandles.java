package dev.quarry.internal.pool;

import dev.quarry.internal.pool.PageSupply.Handle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Handles of physical memory that are mapped nowhere, by size, each with the time since when. Guarded by the gate.
 *
 * <p>A handle is mapped whole, so what is taken is a sum of sizes: the largest that fit first.
 */
final class SpareHandles {
    private final LongSupplier clock;
    private final TreeMap<Long, ArrayDeque<Spare>> bySize = new TreeMap<>();

    SpareHandles(LongSupplier clock) {
        this.clock = clock;
    }

    private record Spare(Handle handle, long since) {
        long bytes() {
            return handle.bytes();
        }
    }

    boolean isEmpty() {
        return bySize.isEmpty();
    }

    /** Returns whether there is a handle of more than some bytes. */
    boolean hasAbove(long bytes) {
        return bySize.higherKey(bytes) != null;
    }

    /** Adds a handle, mapped nowhere from now on. */
    void add(Handle handle) {
        putBack(new Spare(handle, clock.getAsLong()));
    }

    /** Adds handles, mapped nowhere from now on. */
    void addAll(Collection<Handle> handles) {
        handles.forEach(this::add);
    }

    /** Returns how many bytes {@link #takeFitting} would take. */
    long fittingBytes(long bytes) {
        long open = bytes;
        for (Map.Entry<Long, ArrayDeque<Spare>> entry :
                bySize.headMap(bytes, true).descendingMap().entrySet()) {
            long size = entry.getKey();
            open -= Math.min(entry.getValue().size(), open / size) * size;
        }
        return bytes - open;
    }

    /** Takes handles that together have at most some bytes. */
    List<Handle> takeFitting(long bytes) {
        return handles(takeSpares(bytes));
    }

    /**
     * Takes handles that together have at least some bytes and at most others.
     *
     * @return nothing, and nothing is taken, if no such ones were found
     */
    List<Handle> takeEnough(long least, long most) {
        List<Spare> taken = takeSpares(least);
        long missing = least - taken.stream().mapToLong(Spare::bytes).sum();
        Map.Entry<Long, ArrayDeque<Spare>> larger = missing > 0 ? bySize.firstEntry() : null;
        if (larger != null && least - missing + larger.getKey() <= most) {
            return handles(exchange(taken, take(larger), larger.getKey() - missing));
        }
        if (missing > 0) {
            taken.forEach(this::putBack);
            return List.of();
        }
        return handles(taken);
    }

    /** Adds a handle to others, and puts back those that are not needed then; returns what is left. */
    private List<Spare> exchange(List<Spare> taken, Spare last, long tooMany) {
        List<Spare> needed = new ArrayList<>();
        long beyond = tooMany;
        for (Spare one : taken) {
            if (one.bytes() <= beyond) {
                beyond -= one.bytes();
                putBack(one);
            } else {
                needed.add(one);
            }
        }
        needed.add(last);
        return needed;
    }

    /** Takes handles until they have some bytes, the smallest first, or all. */
    List<Handle> takeUpTo(long bytes) {
        List<Handle> taken = new ArrayList<>();
        long sum = 0;
        while (sum < bytes && !bySize.isEmpty()) {
            Handle next = take(bySize.firstEntry()).handle();
            taken.add(next);
            sum += next.bytes();
        }
        return taken;
    }

    /** Takes the handles that {@link #takeFitting} would leave. */
    List<Handle> takeUnfit(long bytes) {
        List<Spare> fitting = takeSpares(bytes);
        List<Handle> unfit = takeUpTo(Long.MAX_VALUE);
        fitting.forEach(this::putBack);
        return unfit;
    }

    /** Takes the handles that have been here for at least some time, in nanoseconds. */
    List<Handle> takeIdle(long now, long idleNanos) {
        Predicate<Spare> idle = one -> now - one.since() >= idleNanos;
        List<Spare> taken = bySize.values().stream()
                .flatMap(Collection::stream)
                .filter(idle)
                .toList();
        bySize.values().forEach(spares -> spares.removeIf(idle));
        bySize.values().removeIf(ArrayDeque::isEmpty);
        return handles(taken);
    }

    private List<Spare> takeSpares(long bytes) {
        List<Spare> taken = new ArrayList<>();
        long open = bytes;
        for (Map.Entry<Long, ArrayDeque<Spare>> entry = bySize.floorEntry(open);
                entry != null;
                entry = bySize.floorEntry(open)) {
            taken.add(take(entry));
            open -= entry.getKey();
        }
        return taken;
    }

    private void putBack(Spare spare) {
        bySize.computeIfAbsent(spare.bytes(), size -> new ArrayDeque<>()).addLast(spare);
    }

    private Spare take(Map.Entry<Long, ArrayDeque<Spare>> entry) {
        Spare last = entry.getValue().removeLast();
        if (entry.getValue().isEmpty()) {
            bySize.remove(entry.getKey());
        }
        return last;
    }

    private static List<Handle> handles(List<Spare> spares) {
        List<Handle> handles = new ArrayList<>(spares.size());
        spares.forEach(one -> handles.add(one.handle()));
        return handles;
    }
}
