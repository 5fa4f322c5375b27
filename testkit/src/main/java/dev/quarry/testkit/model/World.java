package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.OverlapChecker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A simulated device with pools over it, and all that the model knows to be true of them. */
final class World {
    private final ModelPlan plan;
    private final Dice dice;
    private final @Nullable List<String> story;
    private final SimProvider provider;
    private final Quarry quarry;
    private final Device device;
    private final SimDriver driver;
    private final Mishaps mishaps;
    private final Interloper interloper;
    private final List<PoolBook> books = new ArrayList<>();
    private final List<Strand> strands = new ArrayList<>();
    private final List<Strand> retired = new ArrayList<>();
    private final List<Holding> holdings = new ArrayList<>();
    private final OverlapChecker overlaps = new OverlapChecker();
    private long operations;
    private long elsewhere;
    private long limit = Long.MAX_VALUE;
    private final Map<MemoryKind, Long> limits = new HashMap<>();
    private final Map<MemoryKind, MemoryPool> empty = new HashMap<>();
    private long used;
    private long kept;
    private boolean abandons;
    private boolean loses;

    /**
     * Opens the device and its pools.
     *
     * @param story gets a line for each operation, or {@code null}
     */
    World(ModelPlan plan, Dice dice, @Nullable List<String> story) {
        this.plan = plan;
        this.dice = dice;
        this.story = story;
        SimOptions.Builder options = SimOptions.builder()
                .schedule(plan.schedule())
                .totalBytes(plan.totalBytes())
                .granule(plan.granule());
        if (plan.pageBytes() > 0) {
            options.virtualMemory(true).pageBytes(plan.pageBytes());
        }
        provider = new SimProvider(options.build());
        quarry = Quarry.builder().provider(provider).open();
        device = quarry.device("sim:0");
        driver = provider.driver(0);
        mishaps = new Mishaps(driver, dice, plan.faults(), this::hasBorrowed);
        interloper = new Interloper(this);
        if (plan.interloper()) {
            mishaps.keep(interloper::install);
        } else if (plan.faults()) {
            letWaitsEnd();
        }
        strands.add(new Strand(device.defaultStream(), Strand.Ownership.DEVICE));
    }

    ModelPlan plan() {
        return plan;
    }

    Dice dice() {
        return dice;
    }

    Quarry quarry() {
        return quarry;
    }

    Device device() {
        return device;
    }

    SimDriver driver() {
        return driver;
    }

    Interloper interloper() {
        return interloper;
    }

    Mishaps mishaps() {
        return mishaps;
    }

    List<PoolBook> books() {
        return books;
    }

    /** Returns the streams that can be used, the default one first. */
    List<Strand> strands() {
        return strands;
    }

    /** Returns the streams on which events can be recorded. */
    List<Strand> running() {
        return strands.stream().filter(strand -> !strand.isCapturing()).toList();
    }

    /** Returns the streams that are closed or destroyed, and of which an event is left. */
    List<Strand> retired() {
        return retired;
    }

    List<Holding> holdings() {
        return holdings;
    }

    long operations() {
        return operations;
    }

    /** Returns the bytes that another process uses. */
    long elsewhere() {
        return elsewhere;
    }

    /** Limits what all pools may take from the device, of one kind or of all together. */
    void limit(@Nullable MemoryKind kind, long bytes) {
        if (kind == null) {
            limit = bytes;
            device.limit(bytes);
        } else {
            limits.put(kind, bytes);
            device.limit(kind, bytes);
        }
    }

    /** Returns what a pool could still take from the driver; negative where a limit is exceeded. */
    long room(PoolBook book) {
        MemoryKind kind = book.pool().kind();
        long ofDevice = limit - device.usage().reservedBytes();
        long ofKind =
                limits.getOrDefault(kind, Long.MAX_VALUE) - device.usage(kind).reservedBytes();
        long ofDriver = plan.totalBytes() - elsewhere - driver.liveBytes();
        return Math.min(Math.min(ofDevice, ofKind), Math.min(ofDriver, book.limit() - book.reserved()));
    }

    /** Lets another process use memory of the device. */
    void useElsewhere(long bytes) {
        elsewhere = bytes;
        driver.useElsewhere(bytes);
    }

    /** Notes one operation. */
    void tell(Supplier<String> what) {
        operations++;
        if (story != null) {
            story.add(operations + ": " + what.get());
        }
    }

    /** Returns a pool in which nothing is allocated, to open private ones from. */
    MemoryPool empty(MemoryKind kind) {
        return empty.computeIfAbsent(
                kind,
                one -> quarry.openPool(
                        device,
                        one,
                        PoolOptions.withoutEnvironment().name("empty").build()));
    }

    /** Opens a pool for each kind of the plan. */
    void openPools() {
        for (int i = 0; i < plan.kinds().size(); i++) {
            MemoryKind kind = plan.kinds().get(i);
            PoolSort sort = plan.sorts().get(i);
            if (sort == PoolSort.PRIVATE) {
                empty(kind);
            }
            String name = "pool " + books.size();
            mishaps.outcome(() -> {
                PoolOptions options =
                        sort.accepted(plan.options().toBuilder().name(name).build());
                books.add(new PoolBook(sort, sort.open(this, kind, options), plan.granule(), plan.limitOf(options)));
            });
        }
        books.forEach(PoolBook::check); // an opening may have made the pools before it give back
        // A driver that goes on failing while an opening is undone does not take back what it had given.
        kept = mishaps.everStruck() ? driver.liveBytes() - reserved() : 0;
    }

    /** Returns the bytes that the driver did not take back. */
    long kept() {
        return kept;
    }

    private long reserved() {
        return books.stream().mapToLong(PoolBook::reserved).sum();
    }

    /** Notes an allocation, after checking it against all others. */
    Holding hold(
            Allocation allocation,
            PoolBook book,
            @Nullable ChildBook child,
            @Nullable Strand order,
            boolean shareable) {
        overlaps.allocated(allocation.address(), allocation.byteSize());
        Holding holding = new Holding(allocation, book, child, order, shareable);
        holdings.add(holding);
        book.allocated(allocation, order);
        if (child != null) {
            child.allocated(allocation);
        }
        return holding;
    }

    /** Notes that an allocation is about to be closed; returns it to its place if it is not. */
    void release(Holding holding, Runnable close) {
        overlaps.freed(holding.allocation().address());
        try {
            close.run();
        } finally {
            if (holding.allocation().isOpen()) {
                overlaps.allocated(
                        holding.allocation().address(), holding.allocation().byteSize());
            } else {
                holdings.remove(holding);
                holding.book().freed(holding);
                ChildBook child = holding.child();
                if (child != null) {
                    child.freed(holding.allocation());
                }
            }
        }
    }

    /** Notes that a handle was lost whose memory comes back: like one that is about to be closed. */
    void lose(Holding holding) {
        loses = true;
        overlaps.freed(holding.allocation().address());
        holdings.remove(holding);
        holding.book().freed(holding);
        ChildBook child = holding.child();
        if (child != null) {
            child.freed(holding.allocation());
        }
    }

    /** Returns whether a handle was lost so far: its memory may wait for any stream that was borrowed. */
    boolean hasLost() {
        return loses;
    }

    /** Notes that a borrowed stream was destroyed without its wrapper being closed. */
    void abandon() {
        abandons = true;
    }

    /** Returns whether a borrowed stream was abandoned so far: what waits for it does so for ever. */
    boolean hasAbandoned() {
        return abandons;
    }

    /** From now on, work that the host waits for completes, under every schedule. */
    void letWaitsEnd() {
        if (plan.schedule() == SimSchedule.MANUAL) {
            mishaps.keep(() -> {
                driver.faults().onCall(SimFunction.AWAIT, driver::advanceAll);
                driver.faults().onCall(SimFunction.SYNCHRONIZE, driver::advanceAll);
            });
        }
    }

    /** Returns whether there is a borrowed stream: what was lost may wait for its end. */
    boolean hasBorrowed() {
        return strands.stream().anyMatch(strand -> strand.ownership() == Strand.Ownership.BORROWED);
    }

    /** Checks everything that must be true between two operations. */
    void check() {
        books.forEach(PoolBook::check);
        PoolBook.equal("live bytes of the driver", driver.liveBytes(), reserved() + kept);
        PoolBook.equal("the device's account", device.usage().reservedBytes(), driver.liveBytes());
        if (driver.liveBytes() > limit && driver.liveBytes() > used) {
            throw new AssertionError(
                    "reserved grew from " + used + " to " + driver.liveBytes() + " above the device's limit " + limit);
        }
        used = driver.liveBytes();
        if (driver.hazards().count() != 0) {
            throw new AssertionError("hazards: " + driver.hazards().texts());
        }
    }
}
