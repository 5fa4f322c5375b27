package dev.quarry.internal.pool;

import dev.quarry.internal.segment.Block;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Where open allocations were made, by block, while places are tracked. Thread-safe. */
final class Places {
    private final ConcurrentHashMap<Block, Place> byBlock = new ConcurrentHashMap<>();

    void add(Block block, Place place) {
        byBlock.put(block, place);
    }

    void remove(Block block) {
        byBlock.remove(block);
    }

    /** Returns the places of open allocations, each with its number, the most frequent first. */
    List<String> counted() {
        Map<String, Integer> counts = new TreeMap<>();
        byBlock.values().forEach(place -> counts.merge(place.toString(), 1, Integer::sum));
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .map(entry -> entry.getValue() + " at " + entry.getKey())
                .toList();
    }
}
