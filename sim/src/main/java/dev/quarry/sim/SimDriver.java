package dev.quarry.sim;

import dev.quarry.DeviceInfo;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.StreamDriver;
import dev.quarry.spi.VirtualMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One simulated device: addresses without memory behind them, and streams whose work completes when the schedule says so.
 *
 * <p>All kinds of memory share one budget, plain and physical memory too. Shareable memory is supplied as any other. What no
 * correct pool does throws {@link IllegalStateException}: giving back what is not allocated, handles that were destroyed,
 * mapping over a mapping, calls after the close. What a correct pool does not let happen to its users is counted as a
 * {@linkplain #hazards() hazard}.
 *
 * <p>Thread-safe. All threads of the host count as one actor, because they synchronize through the pool.
 */
public final class SimDriver implements DeviceDriver {
    private final Object lock = new Object();
    private final SimOptions options;
    private final DeviceInfo info;
    private final CallGate gate;
    private final AddressSpace addresses;
    private final HazardDetector detector;
    private final HandleTable handles;
    private final Scheduler scheduler;
    private final SimStreams streams;
    private final Mappings mappings;
    private final Budget budget;
    private final PageMeter meter;
    private final SimMemory memory;
    private final @Nullable SimPages pages;

    /**
     * Opens a simulated device.
     *
     * @param ordinal the number in its id, from 0
     */
    public SimDriver(SimOptions options, int ordinal) {
        this(options, ordinal, new Budget.Ledger(options.totalBytes()));
    }

    /** Opens one whose memory is shared with the other drivers over a ledger. */
    SimDriver(SimOptions options, int ordinal, Budget.Ledger ledger) {
        if (ordinal < 0 || ordinal >= AddressSpace.MOST_DEVICES) {
            throw new IllegalArgumentException(
                    "ordinal = " + ordinal + " (expected: 0 to " + (AddressSpace.MOST_DEVICES - 1) + ")");
        }
        this.options = options;
        info = new DeviceInfo("sim:" + ordinal, "Simulated device", options.properties());
        gate = new CallGate(info.id());
        addresses = new AddressSpace(ordinal);
        mappings = new Mappings(addresses, ordinal);
        detector = new HazardDetector(addresses, mappings);
        handles = new HandleTable(detector.timelines(), ordinal);
        scheduler = new Scheduler(options.schedule(), detector);
        streams = new SimStreams(lock, gate, handles, scheduler);
        budget = new Budget(ledger);
        meter = new PageMeter(options.pagePrices());
        memory = new SimMemory(lock, gate, addresses, budget, meter, detector);
        pages = options.virtualMemory()
                ? new SimPages(lock, gate, options.pageBytes(), addresses, mappings, budget, meter, detector)
                : null;
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    /** Returns this driver: each simulates a device of its own. */
    @Override
    public Object identity() {
        return this;
    }

    @Override
    public Set<MemoryKind> kinds() {
        return SimMemory.KINDS;
    }

    @Override
    public long granule() {
        return options.granule();
    }

    @Override
    public MemoryInfo memory(MemoryKind kind) {
        return memory.info(kind);
    }

    @Override
    public long allocate(SegmentRequest request) {
        return memory.allocate(request);
    }

    @Override
    public void free(MemoryKind kind, long address, long bytes) {
        memory.free(kind, address, bytes);
    }

    /** Returns the virtual memory, where {@link SimOptions#virtualMemory()} asks for it. */
    @Override
    public Optional<VirtualMemory> virtualMemory() {
        return Optional.ofNullable(pages);
    }

    /** Throws: a simulated device has no memory behind its addresses. */
    @Override
    public MemorySegment view(long address, long bytes, Arena scope) {
        throw new UnsupportedOperationException("device " + info.id() + " is simulated: there is no memory behind "
                + CallGate.hex(address) + ", only the address");
    }

    /** Counts as an access by the host, and writes nothing. */
    @Override
    public void clear(long address, long bytes) {
        gate.enter(SimFunction.CLEAR, address, bytes);
        CallGate.requirePositive("clear", bytes);
        synchronized (lock) {
            detector.hostAccess("clear", address, bytes, true);
        }
    }

    @Override
    public StreamDriver streams() {
        return streams;
    }

    /** Forgets all that is still taken; {@link #counters()} and {@link #hazards()} stay readable. */
    @Override
    public void close() {
        gate.close();
        synchronized (lock) {
            addresses.clear();
            mappings.clear();
            budget.clear();
        }
    }

    /** Returns how often this driver was called so far. */
    public SimCounters counters() {
        return gate.counters();
    }

    /** Returns the hazards so far. */
    public SimHazards hazards() {
        synchronized (lock) {
            return detector.hazards();
        }
    }

    /** Returns the faults and hooks of this driver's calls. */
    public SimFaults faults() {
        return gate.faults();
    }

    /** Returns how many calls on pages had their effect so far. */
    public SimPageCalls pageCalls() {
        synchronized (lock) {
            return meter.calls();
        }
    }

    /** Returns what the calls on memory that had their effect so far cost by {@link SimOptions#pagePrices()}, in microseconds. */
    public long pageMicros() {
        synchronized (lock) {
            return meter.micros();
        }
    }

    /** Returns the bytes that are allocated, or created as physical memory, and were not given back. */
    public long liveBytes() {
        synchronized (lock) {
            return budget.liveBytes();
        }
    }

    /** Returns the number of ranges of addresses that are allocated or reserved and were not given back. */
    public int liveRanges() {
        synchronized (lock) {
            return addresses.liveRanges();
        }
    }

    /** Returns the number of physical handles that were not released. */
    public int liveHandles() {
        synchronized (lock) {
            return mappings.liveHandles();
        }
    }

    /**
     * Lets another process use memory of this device, instead of what it used before. Of drivers that
     * {@linkplain SimProvider#sharing share} a device, one speaks for all.
     *
     * @param bytes how much, zero or more; nothing that is taken here is taken away
     */
    public void useElsewhere(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes = " + bytes + " (expected: not negative)");
        }
        synchronized (lock) {
            budget.useElsewhere(bytes);
        }
    }

    /**
     * Enqueues a kernel that uses a range.
     *
     * @param stream where to enqueue
     * @param address first byte used
     * @param bytes a positive number
     * @param write whether it writes, else it only reads
     */
    public void touch(long stream, long address, long bytes, boolean write) {
        CallGate.requirePositive("touch", bytes);
        synchronized (lock) {
            scheduler.enqueueAccess(handles.liveStream("touch", stream), "kernel", address, bytes, write);
        }
    }

    /**
     * Uses a range from the host.
     *
     * @param address first byte used
     * @param bytes a positive number
     * @param write whether it writes, else it only reads
     */
    public void hostTouch(long address, long bytes, boolean write) {
        CallGate.requirePositive("hostTouch", bytes);
        synchronized (lock) {
            detector.hostAccess("use", address, bytes, write);
        }
    }

    /**
     * Completes the next works of a stream, as far as they do not wait for work that is not complete. Recordings of events
     * and waits for them are works too.
     *
     * @param stream which one
     * @param most how many at most
     * @return how many it completed
     */
    public long advance(long stream, long most) {
        synchronized (lock) {
            return handles.stream("advance", stream).advance(most);
        }
    }

    /** Completes all work of all streams, destroyed ones included; what waits for a lost stream stays. */
    public void advanceAll() {
        synchronized (lock) {
            for (SimStream stream : handles.withWork()) {
                stream.end().complete();
            }
        }
    }

    /** Returns how many works of a stream are not complete. */
    public long pending(long stream) {
        synchronized (lock) {
            return handles.stream("pending", stream).pending();
        }
    }

    /**
     * Lets a stream capture a graph: work enqueued from now on never runs here, and recording, waiting and synchronizing are
     * bugs of the caller.
     */
    public void beginCapture(long stream) {
        synchronized (lock) {
            handles.runningStream("beginCapture", stream).beginCapture();
        }
    }

    /** Lets a stream run work again. */
    public void endCapture(long stream) {
        synchronized (lock) {
            handles.liveStream("endCapture", stream).endCapture();
        }
    }

    /**
     * Loses a stream for good: what is not complete never will be and uses no memory any more, and enqueuing, recording and
     * waiting without limit throw {@link dev.quarry.spi.DriverException}.
     */
    public void lose(long stream) {
        synchronized (lock) {
            SimStream lost = handles.stream("lose", stream);
            lost.lose();
            detector.timelines().silence(lost.timeline());
        }
    }
}
