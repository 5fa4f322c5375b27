package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An open allocation, and who used it since it was made. */
final class Holding {
    private final Allocation allocation;
    private final PoolBook book;
    private final @Nullable ChildBook child;
    private final @Nullable Strand order;
    private final boolean shareable;
    private final Set<Strand> users = new LinkedHashSet<>(4);
    private final Set<Strand> told = new LinkedHashSet<>(2);
    private final Set<Strand> untold = new LinkedHashSet<>(2);
    private final long address;
    private @Nullable Strand writer;
    private @Nullable Object freedBy;

    /**
     * Notes an allocation.
     *
     * @param child the child pool that was asked, or {@code null}
     * @param order the stream in whose order it was allocated, or {@code null} for the host
     */
    Holding(
            Allocation allocation,
            PoolBook book,
            @Nullable ChildBook child,
            @Nullable Strand order,
            boolean shareable) {
        this.allocation = allocation;
        this.book = book;
        this.child = child;
        this.order = order;
        this.shareable = shareable;
        this.writer = order;
        this.address = allocation.address();
        if (order != null) {
            users.add(order);
        }
    }

    /** Notes that this is about to be freed in the order of a stream, behind events if there are some. */
    void freeing(@Nullable Strand in, boolean behindEvents) {
        Set<Strand> passed = new LinkedHashSet<>(told);
        passed.remove(order); // told to nobody: that is where the memory is from
        if (in != null) {
            passed.add(in);
        }
        freedBy = behindEvents || passed.size() > 1
                ? FreedRanges.SEVERAL
                : passed.isEmpty() ? FreedRanges.HOST : passed.iterator().next();
    }

    /** Returns the address, also after the close. */
    long address() {
        return address;
    }

    /** Returns the stream in whose order the memory is freed, or what stands for several or none. */
    Object freedBy() {
        return freedBy == null ? FreedRanges.SEVERAL : freedBy;
    }

    Allocation allocation() {
        return allocation;
    }

    /** Returns whether the memory is a segment of its own. */
    boolean isShareable() {
        return shareable;
    }

    PoolBook book() {
        return book;
    }

    @Nullable
    ChildBook child() {
        return child;
    }

    @Nullable
    Strand order() {
        return order;
    }

    /** Returns the stream that wrote last, or {@code null} for the host. */
    @Nullable
    Strand writer() {
        return writer;
    }

    /** Returns all streams with uses that the host does not know to be complete. */
    Set<Strand> users() {
        return users;
    }

    /** Returns the users of which the pool was not told. */
    Set<Strand> untold() {
        return untold;
    }

    /** Notes a use by a stream. */
    void used(Strand strand, boolean writes, boolean tells) {
        users.add(strand);
        if (writes) {
            writer = strand;
        }
        if (tells) {
            told.add(strand);
            untold.remove(strand);
        } else if (strand != order && !told.contains(strand)) {
            untold.add(strand);
        }
    }

    /** Notes that the host waited for all users, and writes itself. */
    void usedByHost() {
        users.clear();
        untold.clear();
        writer = null;
    }

    /** Notes that the pool was told of a use. */
    void tell(Strand strand) {
        told.add(strand);
    }

    /** Returns whether all uses can be ordered before something else: no stream with one captures a graph. */
    boolean canBeOrdered() {
        return users.stream().noneMatch(Strand::isCapturing);
    }

    /** Returns whether this needs a stream to be there. */
    boolean involves(Strand strand) {
        return strand == order || users.contains(strand) || told.contains(strand);
    }

    @Override
    public String toString() {
        return "0x" + Long.toHexString(allocation.address()) + "+" + allocation.byteSize();
    }
}
