package dev.quarry.internal.pool;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The tags of a pool's requests as numbers, so that a tag costs a field. Thread-safe. */
final class Tags {
    /** The number of memory without a tag. */
    static final int NONE = 0;

    private final ConcurrentHashMap<String, Integer> numbers = new ConcurrentHashMap<>();
    private final List<String> names = new CopyOnWriteArrayList<>(List.of("(untagged)"));

    /** Returns a tag's number. */
    int number(@Nullable String tag) {
        if (tag == null) {
            return NONE;
        }
        Integer known = numbers.get(tag);
        return known != null ? known : add(tag);
    }

    /** Returns the tag with a number. */
    String name(int number) {
        return names.get(number);
    }

    /** Returns the tag with a number, or {@code null} for memory without one. */
    @Nullable
    String given(int number) {
        return number == NONE ? null : name(number);
    }

    private synchronized int add(String tag) {
        return numbers.computeIfAbsent(tag, t -> {
            names.add(t);
            return names.size() - 1;
        });
    }
}
