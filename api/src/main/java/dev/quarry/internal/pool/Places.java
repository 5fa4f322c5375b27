package dev.quarry.internal.pool;

import dev.quarry.internal.segment.Block;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Where open allocations were made, by block, while places are tracked. Thread-safe. */
final class Places {
    private static final StackWalker WALKER = StackWalker.getInstance();

    private final ConcurrentHashMap<Block, String> byBlock = new ConcurrentHashMap<>();

    void add(Block block, String place) {
        byBlock.put(block, place);
    }

    void remove(Block block) {
        byBlock.remove(block);
    }

    /** Returns the places of open allocations, each with its number, the most frequent first. */
    List<String> counted() {
        Map<String, Integer> counts = new TreeMap<>();
        byBlock.values().forEach(place -> counts.merge(place, 1, Integer::sum));
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .map(entry -> entry.getValue() + " at " + entry.getKey())
                .toList();
    }

    private static boolean isOurs(String className) {
        return className.startsWith("dev.quarry.internal.")
                || className.startsWith("java.")
                || className.equals("dev.quarry.MemoryPool")
                || className.equals("dev.quarry.Allocation");
    }

    /** Returns the first frame of the calling thread outside of Quarry's inner packages, with the thread. */
    static String caller() {
        String frame = WALKER.walk(frames -> frames.filter(f -> !isOurs(f.getClassName()))
                .findFirst()
                .map(StackWalker.StackFrame::toString)
                .orElse("unknown"));
        return frame + " (thread \"" + Thread.currentThread().getName() + "\")";
    }
}
