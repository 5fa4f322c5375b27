package dev.quarry.testkit.model;

import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.testkit.model.Mishaps.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operations that tend pools: trim, other options, child pools, other processes. */
final class Tending {
    private static final int MOST_CHILDREN = 3;

    private final World world;
    private final Dice dice;
    private final LastResort handler;

    Tending(World world, LastResort handler) {
        this.world = world;
        this.handler = handler;
        this.dice = world.dice();
    }

    /** Gives memory back to the driver. */
    void trim() {
        PoolBook book = dice.pick(world.books());
        int way = dice.below(3);
        world.tell(() -> "trim " + book + ", way " + way);
        world.mishaps().outcome(() -> {
            long released = switch (way) {
                case 0 -> book.pool().trim(Duration.ofDays(1));
                case 1 -> book.pool().trim(Duration.ofNanos(1));
                default -> book.pool().trim();
            };
            long reserved = book.pool().statistics().reservedBytes().current();
            PoolBook.equal("bytes trimmed", released, book.reserved() - reserved);
            PoolBook.within("bytes trimmed", released, 0, book.isPrivate() ? 0 : Long.MAX_VALUE);
        });
    }

    /** Puts other options in force. */
    void reconfigure() {
        PoolBook book = dice.pick(world.books());
        PoolOptions options = book.sort()
                .accepted(ModelPlan.options(dice, world.plan().totalBytes()).toBuilder()
                        .outOfMemoryHandler(dice.oneIn(2) ? handler : null)
                        .build());
        world.tell(() -> "reconfigure " + book + ": " + options);
        Outcome outcome = world.mishaps().outcome(() -> book.pool().reconfigure(options));
        if (book.pool().options().equals(book.sort().inForce(options))) {
            book.setLimit(world.plan().limitOf(options));
        } else if (outcome == Outcome.DONE) {
            throw new AssertionError("the options are " + book.pool().options());
        }
    }

    /** Opens a child pool, perhaps of another one, if there are not too many. */
    void openChild() {
        PoolBook book = dice.pick(world.books());
        if (book.children().size() >= MOST_CHILDREN) {
            return;
        }
        ChildBook parent = book.children().isEmpty() || dice.oneIn(2) ? null : dice.pick(book.children());
        MemoryPool above = parent == null ? book.pool() : parent.pool();
        long limit = dice.logUniform(1, world.plan().totalBytes());
        long reservation = dice.oneIn(2) ? 0 : dice.logUniform(1, limit);
        world.tell(() -> "open a child of " + above + ": " + reservation + ", " + limit);
        List<MemoryPool> opened = new ArrayList<>(1);
        Outcome outcome = world.mishaps().outcome(() -> opened.add(above.child("child", reservation, limit)));
        if (outcome == Outcome.DONE) {
            book.children().add(new ChildBook(opened.getFirst(), book, parent, reservation, limit));
        } else if (outcome == Outcome.OUT_OF_MEMORY) {
            book.failed();
        }
    }

    /** Changes a child's reservation and limit. */
    void resizeChild() {
        PoolBook book = dice.pick(world.books());
        if (book.children().isEmpty()) {
            return;
        }
        ChildBook child = dice.pick(book.children());
        long limit = dice.logUniform(1, world.plan().totalBytes());
        long reservation = dice.oneIn(2) ? 0 : dice.logUniform(1, limit);
        world.tell(() -> "resize " + child + " of " + book + ": " + reservation + ", " + limit);
        Outcome outcome = world.mishaps().outcome(() -> child.pool().resize(reservation, limit));
        if (outcome == Outcome.DONE) {
            child.resized(reservation, limit);
        } else if (outcome == Outcome.OUT_OF_MEMORY) {
            book.failed();
        }
    }

    /** Limits the device, or one kind of its memory, or lifts the limit. */
    void limitDevice() {
        @Nullable
        MemoryKind kind = dice.oneIn(2) ? null : dice.pick(world.plan().kinds());
        long bytes = dice.oneIn(2)
                ? Long.MAX_VALUE
                : dice.logUniform(
                        Math.max(1, world.plan().totalBytes() / 8), world.plan().totalBytes());
        world.tell(() -> "limit " + (kind == null ? "the device" : kind) + ": " + bytes);
        world.mishaps().outcome(() -> world.limit(kind, bytes));
    }

    /** Closes a child pool that nobody uses. */
    void closeChild() {
        PoolBook book = dice.pick(world.books());
        List<ChildBook> empty =
                book.children().stream().filter(ChildBook::isEmpty).toList();
        if (!empty.isEmpty()) {
            closeChild(book, dice.pick(empty));
        }
    }

    void closeChild(PoolBook book, ChildBook child) {
        world.tell(() -> "close " + child);
        child.pool().close();
        child.closed();
        book.children().remove(child);
    }

    /** Lets another process take some of the device's memory, or give it back. */
    void elsewhere() {
        long most = world.plan().totalBytes() - world.driver().liveBytes();
        long bytes = most == 0 || dice.oneIn(2) ? 0 : dice.logUniform(1, most);
        world.tell(() -> "another process uses " + bytes);
        world.useElsewhere(bytes);
    }
}
