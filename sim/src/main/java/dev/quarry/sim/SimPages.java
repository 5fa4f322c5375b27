package dev.quarry.sim;

import dev.quarry.MemoryKind;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.VirtualMemory;
import java.util.Set;

/** The virtual memory of one simulated device: the calls that reserve, create and map. Thread-safe, by the driver's lock. */
final class SimPages implements VirtualMemory {
    private final Object lock;
    private final CallGate gate;
    private final long pageBytes;
    private final AddressSpace addresses;
    private final Mappings mappings;
    private final Budget budget;
    private final PageMeter meter;
    private final HazardDetector detector;

    SimPages(
            Object lock,
            CallGate gate,
            long pageBytes,
            AddressSpace addresses,
            Mappings mappings,
            Budget budget,
            PageMeter meter,
            HazardDetector detector) {
        this.lock = lock;
        this.gate = gate;
        this.pageBytes = pageBytes;
        this.addresses = addresses;
        this.mappings = mappings;
        this.budget = budget;
        this.meter = meter;
        this.detector = detector;
    }

    @Override
    public Set<MemoryKind> kinds() {
        return SimMemory.KINDS;
    }

    @Override
    public long pageSize(MemoryKind kind) {
        SimMemory.requireKind("pageSize", kind);
        return pageBytes;
    }

    @Override
    public long reserve(MemoryKind kind, long bytes) {
        gate.enter(SimFunction.RESERVE, bytes);
        SimMemory.requireKind("reserve", kind);
        requirePages("reserve", bytes);
        synchronized (lock) {
            long address = addresses.reserve(new SegmentRequest(kind, bytes, pageBytes, false));
            if (address == 0) {
                gate.failed();
                throw budget.refusal(SimFunction.RESERVE, kind + ", " + bytes);
            }
            meter.done(SimFunction.RESERVE, bytes);
            return address;
        }
    }

    @Override
    public void unreserve(long address, long bytes) {
        gate.enter(SimFunction.UNRESERVE, address, bytes);
        requirePages("unreserve", address, bytes);
        synchronized (lock) {
            mappings.unreserve(address, bytes);
            meter.done(SimFunction.UNRESERVE, bytes);
        }
    }

    @Override
    public long create(MemoryKind kind, long bytes) {
        gate.enter(SimFunction.CREATE, bytes);
        SimMemory.requireKind("create", kind);
        requirePages("create", bytes);
        synchronized (lock) {
            if (!budget.take(bytes)) {
                gate.failed();
                throw budget.refusal(SimFunction.CREATE, kind + ", " + bytes);
            }
            meter.done(SimFunction.CREATE, bytes);
            return mappings.create(kind, bytes);
        }
    }

    @Override
    public void release(long handle, long bytes) {
        gate.enter(SimFunction.RELEASE, handle, bytes);
        synchronized (lock) {
            mappings.release(handle, bytes);
            budget.giveBack(bytes);
            meter.done(SimFunction.RELEASE, bytes);
        }
    }

    @Override
    public void map(long address, long bytes, long handle) {
        gate.enter(SimFunction.MAP, address, bytes, handle);
        requirePages("map", address, bytes);
        synchronized (lock) {
            mappings.map(address, bytes, handle);
            meter.done(SimFunction.MAP, bytes);
        }
    }

    @Override
    public void unmap(long address, long bytes) {
        gate.enter(SimFunction.UNMAP, address, bytes);
        requirePages("unmap", address, bytes);
        synchronized (lock) {
            mappings.unmap(address, bytes);
            detector.freed("unmap", address, bytes);
            meter.done(SimFunction.UNMAP, bytes);
        }
    }

    @Override
    public void setAccess(long address, long bytes) {
        gate.enter(SimFunction.SET_ACCESS, address, bytes);
        requirePages("setAccess", address, bytes);
        synchronized (lock) {
            mappings.setAccess(address, bytes);
            meter.done(SimFunction.SET_ACCESS, bytes);
        }
    }

    private void requirePages(String call, long bytes) {
        CallGate.requirePositive(call, bytes);
        if (bytes % pageBytes != 0) {
            throw new IllegalArgumentException(
                    call + ": bytes = " + bytes + " (expected: a multiple of the page size, " + pageBytes + ")");
        }
    }

    private void requirePages(String call, long address, long bytes) {
        requirePages(call, bytes);
        if (address % pageBytes != 0) {
            throw new IllegalArgumentException(call + ": address = " + CallGate.hex(address)
                    + " (expected: a multiple of the page size, " + pageBytes + ")");
        }
    }
}
