package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Device;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.Event;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.internal.inspect.PoolInspector;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import dev.quarry.spi.DriverException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A fixed sequence of operations that reaches every call of a driver, with one call that fails. */
final class FaultySequence {
    private static final long TOTAL = 4 << 20;

    private final SimDriver driver;
    private final Device device;
    private final MemoryKind kind;
    private final Quarry quarry;
    private final List<Allocation> live = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private String failed = "nothing";
    private boolean closeFailed;
    private long lost;

    /** What a run came to: driver calls, which one failed, and what was wrong afterwards. */
    record Result(long calls, String failed, List<String> problems) {}

    private FaultySequence(SimSchedule schedule, MemoryKind kind, boolean virtualMemory) {
        SimProvider provider = new SimProvider(SimOptions.builder()
                .schedule(schedule)
                .totalBytes(TOTAL)
                .virtualMemory(virtualMemory)
                .pageBytes(64 << 10)
                .build());
        this.kind = kind;
        quarry = Quarry.builder().provider(provider).open();
        device = quarry.device("sim");
        driver = provider.driver(0);
    }

    /**
     * Runs the sequence.
     *
     * @param call the number of the driver's call that fails, 0 for none
     */
    static Result run(SimSchedule schedule, MemoryKind kind, boolean virtualMemory, long call, SimFailure failure) {
        FaultySequence sequence = new FaultySequence(schedule, kind, virtualMemory);
        long before = sequence.driver.counters().total();
        if (call > 0) {
            sequence.driver.faults().failOnce(call, (function, arguments) -> {
                sequence.failed = function + "(" + arguments + ")";
                return failure.make(function, arguments);
            });
        }
        sequence.run();
        long calls = sequence.driver.counters().total() - before;
        return new Result(calls, sequence.failed, List.copyOf(sequence.problems));
    }

    private void run() {
        for (boolean clear : new boolean[] {false, true}) {
            MemoryPool pool = get(() -> quarry.openPool(device, kind, options(clear)));
            if (pool == null) {
                pool = get(() -> quarry.openPool(device, kind, options(clear)));
            }
            if (pool != null) {
                use(pool);
            }
        }
        driver.faults().clear();
        attempt(quarry::close);
        if (driver.hazards().count() != 0) {
            problems.add("hazards: " + driver.hazards().texts());
        }
    }

    private static PoolOptions options(boolean clear) {
        return PoolOptions.withoutEnvironment()
                .segmentBytes(64 << 10)
                .initialBytes(1)
                .cacheBytes(8 << 10)
                .clearOnFree(clear)
                .build();
    }

    private void use(MemoryPool pool) {
        Stream first = get(device::newStream);
        Stream second = get(device::newStream);
        long handle = created();
        Stream borrowed = handle == 0 ? null : get(() -> device.borrowStream(handle));
        for (Stream stream : new @Nullable Stream[] {null, first, second, borrowed}) {
            allocateOn(pool, stream);
            check(pool);
        }
        crossUse(pool, first, second, borrowed);
        check(pool);
        lose(pool, second);
        check(pool);
        exhaust(pool, second);
        check(pool);
        attempt(() -> pool.reconfigure(
                options(pool.options().clearOnFree()).toBuilder().cacheBytes(1).build()));
        attempt(pool::compact);
        check(pool);
        take(() -> pool.allocate(1_300_000));
        check(pool);
        attempt(pool::trim);
        check(pool);
        for (Stream stream : new @Nullable Stream[] {borrowed, first, second}) {
            if (stream != null) {
                attempt(stream::close);
                check(pool);
            }
        }
        if (borrowed != null) {
            attempt(() -> driver.streams().destroyStream(handle));
        }
        goOn(pool);
        end(pool);
    }

    private long created() {
        Long handle = get(driver.streams()::createStream);
        return handle == null ? 0 : handle;
    }

    private void allocateOn(MemoryPool pool, @Nullable Stream stream) {
        for (long bytes : new long[] {1, 3000, 40_000, 300_000}) {
            take(() -> stream == null ? pool.allocate(bytes) : pool.allocate(bytes, stream));
        }
        AllocationRequest request = AllocationRequest.of(5000).aligned(8192);
        AllocationRequest ordered = stream == null ? request : request.on(stream);
        take(() -> pool.allocate(ordered.zeroed()));
        take(() -> pool.allocate(ordered.shareable()));
        for (int i = 0; i < 3 && !live.isEmpty(); i++) {
            close(live.get(i * live.size() / 3 % live.size()));
        }
        MemoryPool child = get(() -> pool.child("child", 10_000, 100_000));
        if (child != null) {
            Allocation inChild = get(() -> child.allocate(ordered.zeroed()));
            if (inChild != null) {
                attempt(inChild::close);
            }
            attempt(child::close);
        }
        List<Allocation> several = get(() -> pool.allocateAll(700, 70_000, 7));
        if (several != null) {
            live.addAll(several);
        }
        attempt(() -> pool.warmUp(20_000, 2));
    }

    private void crossUse(MemoryPool pool, @Nullable Stream first, @Nullable Stream second, @Nullable Stream borrowed) {
        for (Stream other : new @Nullable Stream[] {first, second, borrowed}) {
            Allocation used = live.isEmpty() ? null : live.getFirst();
            if (other != null && used != null) {
                attempt(() -> used.usedOn(other));
                close(used);
            }
            Allocation ordered = live.isEmpty() ? null : live.getLast();
            if (other != null && ordered != null) {
                closeOn(ordered, other);
            }
            Event event = other == null ? null : get(other::record);
            Allocation late = live.isEmpty() ? null : live.get(live.size() / 2);
            if (event != null && late != null) {
                remove(late, () -> late.closeAfter(event));
            }
            if (event != null) {
                attempt(event::close);
            }
            attempt(() -> pool.trim());
        }
    }

    /** Loses the handles of what is watched, while another stream has work under way. */
    private void lose(MemoryPool pool, @Nullable Stream busy) {
        Allocation used = live.isEmpty() ? null : live.getFirst();
        if (busy != null && used != null) {
            attempt(() -> driver.touch(busy.handle(), used.address(), used.byteSize(), true));
        }
        for (Allocation allocation : List.copyOf(live)) {
            if (PoolInspector.lose(pool, allocation)) {
                live.remove(allocation);
            }
        }
        attempt(pool::collect);
    }

    /** Allocates until there is no more, then frees half. */
    private void exhaust(MemoryPool pool, @Nullable Stream stream) {
        for (int i = 0; i < 20; i++) {
            int size = 200_000 + 10_000 * i;
            Allocation one = get(() -> stream == null ? pool.allocate(size) : pool.allocate(size, stream));
            if (one != null) {
                live.add(one);
            }
        }
        for (int i = live.size() / 2; i > 0; i--) {
            close(live.get(i));
        }
        take(() -> pool.allocate(1_500_000));
    }

    /** The failure is over: everything must work. */
    private void goOn(MemoryPool pool) {
        List.copyOf(live).forEach(this::close);
        check(pool);
        if (!failed.equals("nothing")) {
            driver.faults().clear();
            try {
                pool.allocate(100_000).close();
                pool.allocate(100, device.defaultStream()).close();
                pool.trim();
            } catch (RuntimeException e) {
                problems.add("the pool does not go on: " + e);
            }
        }
    }

    private void end(MemoryPool pool) {
        closeFailed = false;
        attempt(() -> {
            closeFailed = true;
            pool.close();
            closeFailed = false;
        });
        if (!closeFailed && driver.liveBytes() != lost) {
            problems.add("after the pool's close " + driver.liveBytes() + " bytes are taken");
        }
        lost = driver.liveBytes();
    }

    private void check(MemoryPool pool) {
        try {
            PoolValidator.validate(pool);
            PoolBook.equal(
                    "live bytes of the driver",
                    driver.liveBytes() - lost,
                    pool.statistics().reservedBytes().current());
            PoolBook.equal("allocations", pool.statistics().allocations().current(), live.size());
        } catch (RuntimeException | AssertionError e) {
            problems.add(e.toString());
        }
    }

    /** Closes in the order of a stream, after ordering it behind the allocation's own; where that fails, plainly. */
    private void closeOn(Allocation allocation, Stream other) {
        Stream own = allocation.stream();
        Event event = own == null ? null : get(own::record);
        boolean ordered = own == null;
        if (event != null) {
            ordered = get(() -> {
                        other.waitFor(event);
                        return true;
                    })
                    != null;
            attempt(event::close);
        }
        remove(allocation, ordered ? () -> allocation.close(other) : allocation::close);
    }

    private void close(Allocation allocation) {
        remove(allocation, allocation::close);
    }

    private void remove(Allocation allocation, Runnable close) {
        attempt(close);
        if (allocation.isOpen()) {
            attempt(allocation::close);
        }
        if (allocation.isOpen()) {
            problems.add("cannot be closed: " + allocation);
        }
        live.remove(allocation);
    }

    private void take(Supplier<Allocation> operation) {
        Allocation allocation = get(operation);
        if (allocation != null) {
            live.add(allocation);
        }
    }

    private void attempt(Runnable operation) {
        get(() -> {
            operation.run();
            return "done";
        });
    }

    /** Runs an operation that may fail because of the driver; returns {@code null} where it did. */
    private <T> @Nullable T get(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (DriverException | DeviceOutOfMemoryException e) {
            return null;
        } catch (RuntimeException e) {
            problems.add(e.toString());
            return null;
        }
    }
}
