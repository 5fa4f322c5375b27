package dev.quarry.internal.pool;

import org.jspecify.annotations.Nullable;

/** A list of watches that holds them while their handles are open: a reference that is collected tells nothing. Thread-safe. */
final class WatchList {
    private @Nullable Watch first;
    private int size;

    synchronized void add(Watch watch) {
        Watch after = first;
        watch.setNext(after);
        if (after != null) {
            after.setPrevious(watch);
        }
        first = watch;
        size++;
    }

    synchronized void remove(Watch watch) {
        Watch before = watch.previous();
        Watch after = watch.next();
        if (before != null) {
            before.setNext(after);
        } else {
            first = after;
        }
        if (after != null) {
            after.setPrevious(before);
        }
        watch.setPrevious(null);
        watch.setNext(null);
        size--;
    }

    synchronized int size() {
        return size;
    }
}
