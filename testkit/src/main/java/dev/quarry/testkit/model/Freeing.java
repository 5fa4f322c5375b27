package dev.quarry.testkit.model;

import dev.quarry.Event;
import dev.quarry.internal.inspect.PoolInspector;
import dev.quarry.testkit.model.Mishaps.Outcome;
import java.util.ArrayList;
import java.util.List;

/** The operations that give memory back. */
final class Freeing {
    private final World world;
    private final Uses uses;
    private final Dice dice;

    Freeing(World world, Uses uses) {
        this.world = world;
        this.uses = uses;
        this.dice = world.dice();
    }

    /** Frees one, in one of the ways there are. */
    void one() {
        if (!world.holdings().isEmpty()) {
            free(dice.pick(world.holdings()));
        }
    }

    /** Frees many. */
    void many() {
        int count = dice.between(1, 1 + world.holdings().size() / 2);
        for (int i = 0; i < count; i++) {
            one();
        }
    }

    /** Frees one. */
    void free(Holding holding) {
        world.interloper().begin(holding);
        try {
            freeSomehow(holding);
        } finally {
            world.interloper().end(holding);
        }
    }

    private void freeSomehow(Holding holding) {
        int way = dice.below(8);
        Strand other = way == 0 && holding.canBeOrdered() ? dice.pick(world.running()) : null;
        if (other != null && holding.book().serves(other)) {
            freeOn(holding, other);
        } else if (way == 1) {
            freeAfter(holding, dice.pick(world.running()));
        } else {
            freePlain(holding);
        }
    }

    /** Loses the handle of one, whatever work is under way, and lets the pool find that, now or when it runs short. */
    void lose() {
        if (world.holdings().isEmpty() || world.hasAbandoned()) {
            return;
        }
        Holding holding = dice.pick(world.holdings());
        boolean known = holding.untold().stream()
                .allMatch(strand -> strand.isUsable() && strand.ownership() != Strand.Ownership.BORROWED);
        if (known && PoolInspector.lose(holding.book().pool(), holding.allocation())) {
            world.tell(() -> "lose " + holding);
            world.lose(holding);
            world.mishaps().outcome(() -> {
                long bytes = holding.book().pool().collect();
                PoolBook.within("bytes reclaimed", bytes, holding.allocation().byteSize(), Long.MAX_VALUE);
            });
        }
    }

    /** Frees one in its own order. */
    void freePlain(Holding holding) {
        List<Event> events = uses.settle(holding);
        world.tell(() -> "close " + holding + (events.isEmpty() ? "" : " after " + events.size() + " events"));
        holding.freeing(holding.order(), !events.isEmpty());
        close(holding, () -> {
            if (events.isEmpty()) {
                holding.allocation().close();
            } else {
                holding.allocation().closeAfter(events.toArray(Event[]::new));
            }
        });
        closeOwn(events);
    }

    private void freeOn(Holding holding, Strand strand) {
        world.tell(() -> "close " + holding + " on " + strand);
        holding.users().forEach(user -> uses.order(strand, user));
        holding.freeing(strand, false);
        close(holding, () -> holding.allocation().close(strand.stream()));
    }

    private void freeAfter(Holding holding, Strand strand) {
        List<Event> events = new ArrayList<>(uses.settle(holding));
        events.add(strand.end());
        world.tell(() -> "close " + holding + " after " + events.size() + " events, one of " + strand);
        holding.freeing(holding.order(), true);
        close(holding, () -> holding.allocation().closeAfter(events.toArray(Event[]::new)));
        closeOwn(events);
    }

    private void close(Holding holding, Runnable close) {
        world.release(holding, () -> {
            Outcome outcome = world.mishaps().outcome(close);
            if (outcome == Outcome.OUT_OF_MEMORY
                    || (outcome == Outcome.DONE && holding.allocation().isOpen())) {
                throw new AssertionError("closing " + holding + " ended with " + outcome);
            }
        });
    }

    /** Closes the events that no retired stream keeps. */
    private void closeOwn(List<Event> events) {
        for (Event event : events) {
            if (world.retired().stream().noneMatch(strand -> strand.last().equals(event))) {
                event.close();
            }
        }
    }
}
