package dev.quarry.testkit.model;

import dev.quarry.sim.SimFunction;
import java.util.ArrayList;
import java.util.List;

/** The end of a replay: everything is closed in some order, and nothing may be left. */
final class Ending {
    private final World world;
    private final Freeing freeing;
    private final Streaming streaming;
    private final Tending tending;
    private final Dice dice;

    Ending(World world, Freeing freeing, Streaming streaming, Tending tending) {
        this.world = world;
        this.freeing = freeing;
        this.streaming = streaming;
        this.tending = tending;
        this.dice = world.dice();
    }

    /** Closes holdings, streams and pools in a random order, then the device. */
    void end() {
        world.letWaitsEnd();
        world.strands().forEach(streaming::release);
        List<Runnable> closings = new ArrayList<>();
        for (Holding holding : world.holdings()) {
            closings.add(() -> {
                while (holding.allocation().isOpen()) {
                    freeing.free(holding);
                }
            });
        }
        List<Strand> open = List.copyOf(world.strands());
        open.subList(1, open.size()).forEach(strand -> closings.add(() -> streaming.retire(strand, true)));
        // What was lost may wait for the end of a borrowed stream, and a pool waits for no wrapper.
        if (dice.oneIn(2) && !(world.hasLost() && world.hasBorrowed())) {
            world.books().forEach(book -> closings.add(() -> closePool(book)));
        }
        while (!closings.isEmpty()) {
            closings.remove(dice.below(closings.size())).run();
            world.check();
        }
        world.books().forEach(this::closePool);
        world.check();
        if (!world.mishaps().everBroke()) {
            PoolBook.equal(
                    "live bytes of the driver after all closes", world.driver().liveBytes(), world.kept());
        }
        world.retired().forEach(Strand::forget);
        world.tell(() -> "close the device");
        world.quarry().close();
        if (!world.plan().faults()) {
            PoolBook.equal(
                    "events destroyed",
                    world.driver().counters().of(SimFunction.DESTROY_EVENT),
                    world.driver().counters().of(SimFunction.CREATE_EVENT));
        }
    }

    private void closePool(PoolBook book) {
        if (!book.pool().isOpen()) {
            return;
        }
        while (true) {
            List<ChildBook> empty =
                    book.children().stream().filter(ChildBook::isEmpty).toList();
            if (empty.isEmpty()) {
                break;
            }
            tending.closeChild(book, empty.getFirst());
        }
        world.tell(() -> "close " + book);
        book.pool().close();
    }
}
