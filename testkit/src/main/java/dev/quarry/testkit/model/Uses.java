package dev.quarry.testkit.model;

import dev.quarry.Event;
import dev.quarry.sim.SimSchedule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Uses of memory that its holder orders rightly: a write after all other uses, a read after the last write.
 *
 * <p>Whatever the simulated device then reports as a hazard is the pool's mistake.
 */
final class Uses {
    private final World world;

    Uses(World world) {
        this.world = world;
    }

    /** Uses a new allocation for the first time, in its own order. */
    void first(Holding holding) {
        Strand order = holding.order();
        if (order != null) {
            touch(holding, order, true);
        } else if (holding.allocation().kind().isHostAccessible()) {
            hostTouch(holding);
        }
    }

    /** Uses an allocation on a stream. */
    void use(Holding holding, Strand strand, boolean writes, boolean tells) {
        if (writes) {
            holding.users().forEach(user -> order(strand, user));
        } else {
            order(strand, holding.writer());
        }
        if (tells) {
            holding.allocation().usedOn(strand.stream());
        }
        touch(holding, strand, writes);
        holding.used(strand, writes, tells);
    }

    /** Copies between two allocations on a stream. */
    void copy(Holding source, Holding target, Strand strand) {
        order(strand, source.writer());
        target.users().forEach(user -> order(strand, user));
        long bytes =
                Math.min(source.allocation().byteSize(), target.allocation().byteSize());
        strand.stream().copy(source.allocation(), 0, target.allocation(), 0, bytes);
        source.used(strand, false, true);
        target.used(strand, true, true);
    }

    /** Fills an allocation on a stream. */
    void fill(Holding holding, Strand strand) {
        holding.users().forEach(user -> order(strand, user));
        long bytes = holding.allocation().byteSize();
        long offset = bytes / 3;
        strand.stream().fill(holding.allocation(), offset, bytes - offset, (byte) 1);
        holding.used(strand, true, true);
    }

    /** Uses an allocation on the host, after waiting for all work on it. */
    void hostUse(Holding holding) {
        if (world.plan().schedule() == SimSchedule.MANUAL) {
            world.driver().advanceAll();
        }
        for (Strand user : holding.users()) {
            if (user.isUsable()) {
                user.stream().synchronize();
            } else {
                user.last().await();
            }
        }
        Strand order = holding.order();
        if (holding.users().isEmpty() && order != null && order.isUsable() && !order.isCapturing()) {
            order.stream().synchronize();
        }
        hostTouch(holding);
        holding.usedByHost();
    }

    /** Lets a stream wait for all work of another one so far; the host is always waited for. */
    void order(Strand later, @Nullable Strand earlier) {
        if (earlier == null || earlier == later) {
            return;
        }
        if (earlier.isUsable()) {
            try (Event end = earlier.end()) {
                later.stream().waitFor(end);
            }
        } else {
            later.stream().waitFor(earlier.last());
        }
    }

    /** Tells the pool of uses that it does not know; returns events for those of which it cannot be told so. */
    List<Event> settle(Holding holding) {
        List<Event> events = new ArrayList<>();
        Strand order = holding.order();
        for (Strand user : holding.untold()) {
            if (user.isCapturing() || (user.isUsable() && world.dice().oneIn(3))) {
                holding.allocation().usedOn(user.stream());
                holding.tell(user);
            } else if (order != null
                    && order.isUsable()
                    && !order.isCapturing()
                    && world.dice().oneIn(2)) {
                order(order, user);
            } else {
                events.add(user.isUsable() ? user.end() : user.last());
            }
        }
        return events;
    }

    private void touch(Holding holding, Strand strand, boolean writes) {
        world.driver()
                .touch(
                        strand.handle(),
                        holding.allocation().address(),
                        holding.allocation().byteSize(),
                        writes);
        holding.used(strand, writes, strand == holding.order());
    }

    private void hostTouch(Holding holding) {
        world.driver()
                .hostTouch(holding.allocation().address(), holding.allocation().byteSize(), true);
    }
}
