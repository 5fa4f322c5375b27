package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Device;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.Event;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics.Family;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * One thread that uses a pool in every way, and a running maximum of the bytes that it holds.
 *
 * <p>Sizes are such that blocks come from caches, as small and as recurring ones, and from the index; streams come and go.
 */
final class PeakSequence {
    private static final long GRANULE = 512;
    private static final long CLASSED_BYTES = 64 << 10;
    private static final int MOST_STREAMS = 5;

    private final Dice dice;
    private final Quarry quarry;
    private final Device device;
    private final SimDriver driver;
    private final PoolOptions options;
    private final MemoryPool pool;
    private final List<MemoryPool> fronts = new ArrayList<>();
    private final List<Stream> streams = new ArrayList<>();
    private final List<Allocation> live = new ArrayList<>();
    private long held;
    private long peak;

    private PeakSequence(long seed) {
        this.dice = new Dice(seed);
        SimSchedule schedule = dice.oneOf(SimSchedule.IMMEDIATE, SimSchedule.LAZY);
        SimProvider provider = new SimProvider(
                SimOptions.builder().schedule(schedule).granule(GRANULE).build());
        quarry = Quarry.builder().provider(provider).open();
        device = quarry.device("sim");
        driver = provider.driver(0);
        options = PoolOptions.withoutEnvironment()
                .limit(dice.oneOf(2L << 20, 1L << 30))
                .segmentBytes(64 << 10)
                .cacheBytes(dice.oneOf(4L << 10, 256L << 10))
                .clearOnFree(dice.oneIn(4))
                .build();
        pool = quarry.openPool(device, dice.oneOf(MemoryKind.DEVICE, MemoryKind.PINNED), options);
        fronts.add(pool);
        fronts.add(pool.child("child", 0, 512 << 10));
        streams.add(device.defaultStream());
    }

    /** Runs some steps that a seed decides, comparing the peak after about one in {@code every} of them. */
    static void run(long seed, int steps, int every) {
        PeakSequence sequence = new PeakSequence(seed);
        try {
            for (int step = 0; step < steps; step++) {
                sequence.step(step % 400 < 200);
                if (sequence.dice.oneIn(every)) {
                    sequence.compare();
                }
            }
            sequence.end();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e, e);
        }
    }

    private void step(boolean growing) {
        int chance = dice.below(100);
        if (chance < 3) {
            changeStreams();
        } else if (chance < 6) {
            tend();
        } else if (live.isEmpty() || chance < (growing ? 60 : 42)) {
            try {
                allocate();
            } catch (DeviceOutOfMemoryException e) {
                closeOne();
            }
        } else {
            closeOne();
        }
    }

    private void allocate() {
        MemoryPool front = dice.oneIn(8) ? dice.pick(fronts) : pool;
        long bytes = bytes();
        Stream stream = dice.pick(streams);
        switch (dice.below(10)) {
            case 0 -> take(front.allocate(bytes));
            case 1 -> front.tryAllocate(bytes).ifPresent(this::take);
            case 2 -> take(front.allocate(request(bytes).on(stream)));
            case 3 -> allocateAll(front, stream, bytes, bytes(), bytes());
            default -> take(front.allocate(bytes, stream));
        }
    }

    private void allocateAll(MemoryPool front, Stream stream, long... bytes) {
        try {
            front.allocateAll(stream, bytes).forEach(this::count);
            peak = Math.max(peak, held);
        } catch (DeviceOutOfMemoryException e) {
            // Some of them may have been there for a moment.
            long most = held + LongStream.of(bytes).map(PeakSequence::rounded).sum();
            long told = pool.statistics().allocatedBytes().peak();
            PoolBook.within("peak of allocated bytes", told, peak, Math.max(peak, most));
            peak = told;
            throw e;
        }
    }

    private AllocationRequest request(long bytes) {
        AllocationRequest request = AllocationRequest.of(bytes);
        return switch (dice.below(4)) {
            case 0 -> request.aligned(4096);
            case 1 -> request.shareable();
            case 2 -> request.zeroed();
            default -> request.tagged("tag");
        };
    }

    private long bytes() {
        return switch (dice.below(4)) {
            case 0 -> dice.oneOf(1000, 4096, 30_000);
            case 1 -> dice.oneOf(100_000, 300_000);
            default -> dice.logUniform(1, 200_000);
        };
    }

    private void closeOne() {
        if (live.isEmpty()) {
            return;
        }
        Allocation allocation = live.remove(dice.below(live.size()));
        held -= rounded(allocation.byteSize());
        Stream stream = dice.pick(streams);
        switch (dice.below(8)) {
            case 0 -> {
                allocation.usedOn(stream);
                allocation.close();
            }
            case 1 -> closeIn(stream, allocation);
            case 2 -> {
                try (Event end = stream.record()) {
                    allocation.closeAfter(end);
                }
            }
            default -> allocation.close();
        }
    }

    /** Closes in the order of a stream, which waits for the allocation's own first: that may still be clearing it. */
    private static void closeIn(Stream stream, Allocation allocation) {
        Stream own = allocation.stream();
        if (own != null && own.isOpen()) {
            try (Event end = own.record()) {
                stream.waitFor(end);
            }
            allocation.close(stream);
        } else {
            allocation.close();
        }
    }

    private void changeStreams() {
        if (streams.size() < MOST_STREAMS && dice.oneIn(2)) {
            streams.add(device.newStream());
        } else if (streams.size() > 1) {
            streams.remove(1 + dice.below(streams.size() - 1)).close();
        }
    }

    /** Does what empties caches and moves blocks while nothing is allocated. */
    private void tend() {
        switch (dice.below(4)) {
            case 0 -> pool.trim();
            case 1 -> pool.trim(Duration.ofHours(1));
            case 2 ->
                pool.reconfigure(options.toBuilder()
                        .cacheBytes(dice.oneOf(0L, 8L << 10, 256L << 10))
                        .cacheBlockBytes(dice.oneOf(0L, 2L << 10, 32L << 10))
                        .build());
            default -> driver.advanceAll();
        }
    }

    private void take(Allocation allocation) {
        count(allocation);
        peak = Math.max(peak, held);
    }

    private void count(Allocation allocation) {
        live.add(allocation);
        held += rounded(allocation.byteSize());
    }

    /** Returns what a request takes: the next of eight sizes per doubling up to 64 KiB, then the next granule. */
    private static long rounded(long bytes) {
        long step = GRANULE;
        while (bytes <= CLASSED_BYTES && step * 16 < bytes) {
            step *= 2;
        }
        return (bytes + step - 1) / step * step;
    }

    private void compare() {
        Family allocated = pool.statistics().allocatedBytes();
        PoolBook.equal("allocated bytes", allocated.current(), held);
        PoolBook.equal("peak of allocated bytes", allocated.peak(), peak);
    }

    private void end() {
        compare();
        PoolValidator.validate(pool);
        while (!live.isEmpty()) {
            closeOne();
        }
        streams.stream().skip(1).forEach(Stream::close);
        driver.advanceAll();
        pool.trim();
        compare();
        quarry.close();
        if (driver.hazards().count() != 0) {
            throw new AssertionError("hazards: " + driver.hazards().texts());
        }
    }
}
