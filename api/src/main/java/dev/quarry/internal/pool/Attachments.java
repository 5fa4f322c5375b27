package dev.quarry.internal.pool;

import dev.quarry.ViewSafety;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What only some allocations have: other streams that use them, a child pool, places, a protection of their own. */
final class Attachments {
    private final List<Domain> usedOn = new ArrayList<>(0); // most have none
    private @Nullable ChildPool child;
    private @Nullable ViewSafety viewSafety;
    private @Nullable String allocatedAt;
    private @Nullable String closedAt;
    private Leaks.@Nullable Watch watch;

    synchronized void addUse(Domain domain) {
        if (!usedOn.contains(domain)) {
            usedOn.add(domain);
        }
    }

    synchronized boolean hasUses() {
        return !usedOn.isEmpty();
    }

    synchronized List<Domain> uses() {
        return List.copyOf(usedOn);
    }

    synchronized @Nullable ChildPool child() {
        return child;
    }

    synchronized void setChild(@Nullable ChildPool pool) {
        child = pool;
    }

    synchronized @Nullable ViewSafety viewSafety() {
        return viewSafety;
    }

    synchronized void setViewSafety(@Nullable ViewSafety safety) {
        viewSafety = safety;
    }

    synchronized @Nullable String allocatedAt() {
        return allocatedAt;
    }

    synchronized void setAllocatedAt(String place) {
        allocatedAt = place;
    }

    synchronized void setWatch(Leaks.Watch leakWatch) {
        watch = leakWatch;
    }

    /** Ends the watch for a lost handle, if there is one. */
    synchronized void endWatch() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }

    synchronized @Nullable String closedAt() {
        return closedAt;
    }

    synchronized void setClosedAt(String place) {
        closedAt = place;
    }
}
