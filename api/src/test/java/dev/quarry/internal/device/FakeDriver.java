package dev.quarry.internal.device;

import dev.quarry.DeviceInfo;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A driver without memory behind its addresses that notes what it is asked to give back, in one list for several drivers.
 * All work is complete at once. Not thread-safe.
 */
public final class FakeDriver implements DeviceDriver {
    private static final long TOTAL_BYTES = 1L << 40;

    private final DeviceInfo info;
    private final Set<MemoryKind> kinds;
    private final List<String> log;
    private final Set<String> failing = new HashSet<>();
    private final FakeStreams streams = new FakeStreams(this);
    private long nextAddress = 1L << 32;
    private long taken;

    /** Makes a device with memory of the kinds {@code device} and {@code host}. */
    public FakeDriver(String id) {
        this(id, new ArrayList<>(), MemoryKind.DEVICE, MemoryKind.HOST);
    }

    /** Makes a device that notes into a list. */
    public FakeDriver(String id, List<String> log, MemoryKind... kinds) {
        this.info = new DeviceInfo(id, "Fake " + id, Map.of());
        this.log = log;
        this.kinds = Collections.unmodifiableSet(new LinkedHashSet<>(List.of(kinds)));
    }

    /** Lets all calls of a name fail from now on. */
    public FakeDriver failing(String call) {
        failing.add(call);
        return this;
    }

    /** Lets all calls of a name work again. */
    public FakeDriver working(String call) {
        failing.remove(call);
        return this;
    }

    /** Returns what was given back so far, each with the device's id. */
    public List<String> log() {
        return log;
    }

    @Override
    public DeviceInfo info() {
        check("info");
        return info;
    }

    /** Returns this driver: each stands for a device of its own. */
    @Override
    public Object identity() {
        return this;
    }

    @Override
    public Set<MemoryKind> kinds() {
        return kinds;
    }

    @Override
    public long granule() {
        return 512;
    }

    @Override
    public MemoryInfo memory(MemoryKind kind) {
        return new MemoryInfo(TOTAL_BYTES - taken, TOTAL_BYTES);
    }

    @Override
    public long allocate(SegmentRequest request) {
        if (request.bytes() > TOTAL_BYTES - taken) {
            throw new DriverOutOfMemoryException("fakeAllocate", request.toString(), 2, "out of memory");
        }
        taken += request.bytes();
        long address = nextAddress;
        nextAddress += request.bytes() + (1L << 21) & -(1L << 21);
        return address;
    }

    @Override
    public void free(MemoryKind kind, long address, long bytes) {
        note("free");
        taken -= bytes;
    }

    @Override
    public MemorySegment view(long address, long bytes, Arena scope) {
        throw new UnsupportedOperationException("no memory behind the addresses of " + info.id());
    }

    @Override
    public void clear(long address, long bytes) {
        note("clear");
    }

    @Override
    public FakeStreams streams() {
        return streams;
    }

    @Override
    public void close() {
        note("close");
    }

    void note(String call) {
        log.add(info.id() + " " + call);
        check(call);
    }

    /** Fails if told to. */
    void check(String call) {
        if (failing.contains(call)) {
            throw new DriverException("fake_" + call, "", 7, "told to fail");
        }
    }
}
