package dev.quarry.sim;

import java.util.EnumMap;
import java.util.Map;

/**
 * How often a simulated driver was called. Immutable.
 *
 * @param calls calls by function, failed ones included; functions that were never called are absent
 * @param failures calls that failed, injected or for lack of memory
 */
public record SimCounters(Map<SimFunction, Long> calls, long failures) {
    /** Copies the map. */
    public SimCounters {
        calls = Map.copyOf(calls);
    }

    /** Returns how often a function was called, failed calls included. */
    public long of(SimFunction function) {
        return calls.getOrDefault(function, 0L);
    }

    /** Returns how often any function was called, failed calls included. */
    public long total() {
        return calls.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns what was added since an earlier reading of the same driver. */
    public SimCounters since(SimCounters earlier) {
        Map<SimFunction, Long> added = new EnumMap<>(SimFunction.class);
        calls.forEach((function, count) -> {
            long more = count - earlier.of(function);
            if (more != 0) {
                added.put(function, more);
            }
        });
        return new SimCounters(added, failures - earlier.failures);
    }
}
