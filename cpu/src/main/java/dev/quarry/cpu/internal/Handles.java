package dev.quarry.cpu.internal;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A table that gives objects numbers, from 1 on and never twice, so that a stale number is always told. Thread-safe.
 *
 * @param <T> what the numbers stand for
 */
final class Handles<T> {
    private final String noun;
    private final AtomicLong last = new AtomicLong();
    private final ConcurrentMap<Long, T> objects = new ConcurrentHashMap<>();

    /**
     * Makes an empty one.
     *
     * @param noun what one object is called in messages
     */
    Handles(String noun) {
        this.noun = noun;
    }

    /** Adds an object, and returns its number. */
    long add(T object) {
        long handle = last.incrementAndGet();
        objects.put(handle, object);
        return handle;
    }

    /**
     * Returns an object by its number.
     *
     * @throws IllegalStateException if there is none
     */
    T get(long handle) {
        T object = objects.get(handle);
        if (object == null) {
            throw stale(handle);
        }
        return object;
    }

    /**
     * Ends a number, and returns its object.
     *
     * @throws IllegalStateException if there is none
     */
    T remove(long handle) {
        T object = objects.remove(handle);
        if (object == null) {
            throw stale(handle);
        }
        return object;
    }

    /** Ends all numbers, and returns their objects. */
    List<T> removeAll() {
        List<T> all = List.copyOf(objects.values());
        objects.clear();
        return all;
    }

    private IllegalStateException stale(long handle) {
        return new IllegalStateException(noun + " " + handle + " of cpu:0 does not exist"
                + (handle > 0 && handle <= last.get() ? " any more" : ""));
    }
}
