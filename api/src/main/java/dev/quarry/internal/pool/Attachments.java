package dev.quarry.internal.pool;

import dev.quarry.ViewSafety;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What only some allocations have: other streams that use them, a child pool, places, a protection of their own. */
final class Attachments {
    private List<Domain> usedOn = List.of();
    private @Nullable ChildPool child;
    private @Nullable ViewSafety viewSafety;
    private @Nullable Place allocatedAt;
    private @Nullable Place closedAt;
    private @Nullable Watch watch;

    synchronized void addUse(Domain domain) {
        if (!usedOn.contains(domain)) {
            List<Domain> more = new ArrayList<>(usedOn.size() + 1);
            more.addAll(usedOn);
            more.add(domain);
            usedOn = more;
        }
    }

    /** Returns whether other streams than that of its order use the allocation. */
    synchronized boolean hasUses() {
        return !usedOn.isEmpty();
    }

    synchronized List<Domain> uses() {
        return usedOn; // replaced and never changed
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

    synchronized @Nullable Place allocatedAt() {
        return allocatedAt;
    }

    synchronized void setAllocatedAt(Place place) {
        allocatedAt = place;
    }

    synchronized void setWatch(Watch handleWatch) {
        watch = handleWatch;
    }

    /** Returns what watches the handle, or {@code null}. */
    synchronized @Nullable Watch watch() {
        return watch;
    }

    /** Returns what watches the handle, and forgets it. */
    synchronized @Nullable Watch takeWatch() {
        Watch present = watch;
        watch = null;
        return present;
    }

    synchronized @Nullable Place closedAt() {
        return closedAt;
    }

    synchronized void setClosedAt(Place place) {
        closedAt = place;
    }
}
