package dev.quarry.testkit;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.MemoryPool;
import dev.quarry.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A thread of an {@link UpkeepLoad} that allocates, uses and frees, on a stream of its own, on shared ones, and in the host's order. */
final class LoadWorker implements UpkeepLoad.Step {
    private static final int MOST_HELD = 24;

    private final UpkeepLoad load;
    private final MemoryPool pool;
    private final SplittableRandom random;
    private final List<Holding> held = new ArrayList<>();
    private Stream own;

    LoadWorker(UpkeepLoad load, MemoryPool pool, SplittableRandom random) {
        this.load = load;
        this.pool = pool;
        this.random = random;
        this.own = load.memory().device().newStream();
    }

    private record Holding(Allocation allocation, byte mark) {}

    @Override
    public void run() {
        if (random.nextInt(2000) == 0) {
            own.close();
            own = load.memory().device().newStream();
        } else if (random.nextInt(MOST_HELD) >= held.size()) {
            allocate();
        } else {
            free();
        }
    }

    @Override
    public void end() {
        while (!held.isEmpty()) {
            free();
        }
        own.close();
    }

    private void allocate() {
        AllocationRequest request = AllocationRequest.of(bytes());
        int order = random.nextInt(4);
        if (order > 0) {
            request = request.on(
                    order == 1
                            ? own
                            : load.streams().get(random.nextInt(load.streams().size())));
        }
        if (random.nextInt(16) == 0) {
            request = request.aligned(1L << random.nextInt(17));
        }
        pool.tryAllocate(request).ifPresentOrElse(this::take, this::freeSome);
    }

    private void take(Allocation allocation) {
        byte mark = (byte) random.nextInt();
        held.add(new Holding(allocation, mark));
        load.memory().use(allocation, mark);
        load.countAllocation();
    }

    private void freeSome() {
        for (int i = held.size() / 2; i > 0; i--) {
            free();
        }
    }

    private void free() {
        if (!held.isEmpty()) {
            Holding holding = held.remove(random.nextInt(held.size()));
            load.memory().check(holding.allocation, holding.mark);
            holding.allocation.close();
        }
    }

    /** Returns a size whose logarithm is uniform. */
    private long bytes() {
        return (long)
                Math.exp(random.nextDouble() * Math.log((double) load.memory().mostBytes()));
    }
}
