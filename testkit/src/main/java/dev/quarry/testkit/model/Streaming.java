package dev.quarry.testkit.model;

import dev.quarry.Event;
import dev.quarry.Stream;
import dev.quarry.sim.SimSchedule;
import dev.quarry.testkit.model.Mishaps.Outcome;
import java.util.ArrayList;
import java.util.List;

/** The operations on streams and events. */
final class Streaming {
    private final World world;
    private final Uses uses;
    private final Dice dice;

    Streaming(World world, Uses uses) {
        this.world = world;
        this.uses = uses;
        this.dice = world.dice();
    }

    /** Opens a stream, if there are not too many. */
    void open() {
        if (world.strands().size() >= world.plan().streams()) {
            return;
        }
        Strand.Ownership ownership = dice.oneOf(
                Strand.Ownership.QUARRY, Strand.Ownership.QUARRY, Strand.Ownership.WRAPPED, Strand.Ownership.BORROWED);
        world.tell(() -> "open a stream: " + ownership);
        List<Stream> opened = new ArrayList<>(1);
        Outcome outcome = world.mishaps()
                .outcome(() -> opened.add(
                        switch (ownership) {
                            case WRAPPED ->
                                world.device()
                                        .wrapStream(world.driver().streams().createStream());
                            case BORROWED ->
                                world.device()
                                        .borrowStream(world.driver().streams().createStream());
                            default -> world.device().newStream();
                        }));
        if (outcome == Outcome.DONE) {
            world.strands().add(new Strand(opened.getFirst(), ownership));
        }
    }

    /** Closes a stream, whoever still holds memory of it. */
    void close() {
        if (world.strands().size() > 1) {
            Strand strand = world.strands().get(dice.between(1, world.strands().size() - 1));
            boolean needed = world.hasLost() || world.holdings().stream().anyMatch(holding -> holding.involves(strand));
            retire(strand, needed || strand.ownership() != Strand.Ownership.BORROWED || dice.oneIn(2));
        }
    }

    /** Ends the use of a stream; one that was borrowed may be destroyed without its wrapper being closed. */
    void retire(Strand strand, boolean closes) {
        world.tell(() -> (closes ? "close " : "abandon ") + strand);
        release(strand);
        strand.retire(strand.end());
        world.strands().remove(strand);
        world.retired().add(strand);
        if (closes) {
            world.mishaps().outcome(() -> strand.stream().close());
        } else {
            world.abandon();
        }
        if (strand.ownership() == Strand.Ownership.WRAPPED || strand.ownership() == Strand.Ownership.BORROWED) {
            world.driver().streams().destroyStream(strand.handle());
        }
    }

    /** Lets a stream capture a graph, or end that. */
    void capture() {
        Strand strand = dice.pick(world.strands());
        if (strand.isCapturing()) {
            world.tell(() -> "end capture on " + strand);
            release(strand);
        } else if (strand.ownership() == Strand.Ownership.QUARRY || strand.ownership() == Strand.Ownership.WRAPPED) {
            world.tell(() -> "begin capture on " + strand);
            world.driver().beginCapture(strand.handle());
            strand.setCapturing(true);
        }
    }

    /** Ends the capture of a stream that captures. */
    void release(Strand strand) {
        if (strand.isCapturing()) {
            world.driver().endCapture(strand.handle());
            strand.setCapturing(false);
        }
    }

    /** Lets one stream wait for another. */
    void order() {
        Strand later = dice.pick(world.running());
        Strand earlier = dice.pick(world.running());
        world.tell(() -> later + " waits for " + earlier);
        uses.order(later, earlier);
    }

    /** Uses an allocation once more. */
    void use() {
        if (world.holdings().isEmpty()) {
            return;
        }
        Holding holding = dice.pick(world.holdings());
        Strand strand = dice.pick(world.running());
        if (!holding.canBeOrdered() || !holding.book().serves(strand)) {
            return;
        }
        int way = dice.below(8);
        world.tell(() -> "use " + holding + " on " + strand + ", way " + way);
        switch (way) {
            case 0 -> uses.fill(holding, strand);
            case 1 -> copy(holding, strand);
            case 2 -> {
                if (holding.allocation().kind().isHostAccessible()) {
                    uses.hostUse(holding);
                }
            }
            default -> uses.use(holding, strand, way == 3, dice.oneIn(2));
        }
    }

    /** Lets the host wait for a stream, or lets time pass. */
    void pass() {
        Strand strand = dice.pick(world.running());
        boolean manual = world.plan().schedule() == SimSchedule.MANUAL;
        int way = dice.below(4);
        long most = dice.logUniform(1, 100);
        world.tell(() -> "time passes on " + strand + ", way " + way + ", " + most);
        if (way == 0) {
            if (manual) {
                world.driver().advanceAll();
            }
            strand.stream().synchronize();
        } else if (way == 1) {
            try (Event end = strand.end()) {
                end.isComplete();
            }
        } else if (manual) {
            world.driver().advance(strand.handle(), most);
        } else {
            strand.stream().state();
        }
    }

    private void copy(Holding source, Strand strand) {
        Holding target = dice.pick(world.holdings());
        if (target != source && target.canBeOrdered() && target.book().serves(strand)) {
            uses.copy(source, target, strand);
        }
    }
}
