package dev.quarry.bench.scenario;

import dev.quarry.trace.TraceWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The blocks that are live while a trace is generated, of which random ones are freed.
 *
 * <p>Ids count up from 0. Random numbers are splitmix64's, as in the traces that this project did not generate.
 */
final class Churn {
    private final TraceWriter out;
    private final SplittableRandom random;
    private final List<Block> live = new ArrayList<>();
    private long liveBytes;
    private long allocations;

    Churn(TraceWriter out, long seed) {
        this.out = out;
        this.random = new SplittableRandom(seed);
    }

    /** Draws a number from 0 to {@code bound} - 1: the next 64 bits, unsigned, modulo the bound. */
    long below(long bound) {
        return Long.remainderUnsigned(random.nextLong(), bound);
    }

    /** Returns how many blocks are live. */
    int live() {
        return live.size();
    }

    /** Returns the sum of their sizes. */
    long liveBytes() {
        return liveBytes;
    }

    /** Allocates a block on a stream, to be freed on the same or another one. */
    void allocate(long bytes, int stream, int freedOn) throws IOException {
        out.allocate(allocations, bytes, stream, -1, "");
        live.add(new Block(allocations, bytes, freedOn));
        liveBytes += bytes;
        allocations++;
    }

    /** Frees a random block, whose place in the list the last one takes. */
    void freeRandom() throws IOException {
        int index = (int) below(live.size());
        Block block = live.get(index);
        live.set(index, live.get(live.size() - 1));
        live.remove(live.size() - 1);
        liveBytes -= block.bytes;
        out.free(block.id, block.bytes, block.freedOn, -1);
    }

    /** Frees random blocks until none is left. */
    void freeAll() throws IOException {
        while (!live.isEmpty()) {
            freeRandom();
        }
    }

    private record Block(long id, long bytes, int freedOn) {}
}
