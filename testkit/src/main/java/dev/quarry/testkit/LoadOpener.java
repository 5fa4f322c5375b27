package dev.quarry.testkit;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.MemoryPool;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The thread of an {@link UpkeepLoad} that opens pools and children beside the loaded one, uses them a little and closes them. */
final class LoadOpener implements UpkeepLoad.Step {
    private final UpkeepLoad load;
    private final SplittableRandom random;

    LoadOpener(UpkeepLoad load, SplittableRandom random) {
        this.load = load;
        this.random = random;
    }

    @Override
    public void run() {
        if (random.nextInt(3) == 0) {
            try (MemoryPool child = load.pool().child("child", 0, load.memory().limit() / 4)) {
                use(child).forEach(Allocation::close);
                child.compact();
            }
            return;
        }
        MemoryPool pool = load.openPool("beside");
        List<Allocation> held = use(pool);
        boolean closedFirst = random.nextInt(16) == 0; // which is logged
        if (closedFirst) {
            pool.close();
        }
        held.forEach(Allocation::close);
        if (!closedFirst) {
            pool.compact();
            pool.close();
        }
    }

    private List<Allocation> use(MemoryPool pool) {
        List<Allocation> held = new ArrayList<>();
        for (int i = random.nextInt(1, 8); i > 0; i--) {
            AllocationRequest request =
                    AllocationRequest.of(random.nextLong(1, load.memory().mostBytes()));
            pool.tryAllocate(
                            random.nextBoolean()
                                    ? request
                                    : request.on(load.streams().get(0)))
                    .ifPresent(allocation -> {
                        held.add(allocation);
                        load.memory().use(allocation, (byte) 1);
                        load.memory().check(allocation, (byte) 1);
                    });
        }
        return held;
    }
}
