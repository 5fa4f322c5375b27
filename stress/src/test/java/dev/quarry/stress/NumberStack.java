package dev.quarry.stress;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What caches and deferred frees are for one thread: a stack of numbers. */
public class NumberStack {
    private final Deque<Long> numbers = new ArrayDeque<>();

    /** Pushes. */
    public void push(long handle) {
        numbers.push(handle);
    }

    /** Takes the last one; 0 if there is none. */
    public long pop() {
        Long top = numbers.poll();
        return top == null ? 0 : top;
    }

    /** Takes all, the last one first. */
    public List<Long> drain() {
        List<Long> drained = new ArrayList<>(numbers);
        numbers.clear();
        return drained;
    }

    /** Returns whether there is none. */
    public boolean isEmpty() {
        return numbers.isEmpty();
    }

    /** Returns the bytes held. */
    public long bytes() {
        return numbers.size() * LongHandles.BYTES;
    }
}
