package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.OutOfMemoryHandler;
import dev.quarry.OutOfMemoryReport;
import java.io.Serial;
import java.util.List;

/** A handler of the way to failure that frees, allocates, throws, and does not always tell the truth. */
final class LastResort implements OutOfMemoryHandler {
    private final World world;
    private final Freeing freeing;
    private final Dice dice;
    private int depth;

    LastResort(World world, Freeing freeing) {
        this.world = world;
        this.freeing = freeing;
        this.dice = world.dice();
    }

    /** What the handler throws. */
    static final class Failure extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;

        Failure() {
            super("thrown by the handler");
        }

        /** Throws if the failure to allocate is not kept with this. */
        void check() {
            if (!List.of(getSuppressed()).stream().allMatch(e -> e instanceof DeviceOutOfMemoryException)
                    || getSuppressed().length == 0) {
                throw new AssertionError("suppressed: " + List.of(getSuppressed()), this);
            }
        }
    }

    @Override
    public boolean onOutOfMemory(OutOfMemoryReport report) {
        if (depth > 0) {
            throw new AssertionError("the handler is asked by its own allocation");
        }
        depth++;
        try {
            int way = dice.below(5);
            world.tell(() -> "the handler is asked for " + report.requestedBytes() + ", way " + way);
            if (way == 0) {
                throw new Failure();
            }
            if (way < 4) {
                freeing.one();
            }
            if (way == 2) {
                world.books().stream()
                        .filter(book -> book.pool().name().equals(report.pool()))
                        .forEach(this::tryOut);
            }
            return way != 3;
        } finally {
            depth--;
        }
    }

    private void tryOut(PoolBook book) {
        long bytes = dice.logUniform(1, world.plan().mostBytes());
        world.mishaps().outcome(() -> {
            try (Allocation own = book.pool().allocate(bytes)) {
                PoolBook.equal("bytes", own.byteSize(), bytes);
            }
        });
    }
}
