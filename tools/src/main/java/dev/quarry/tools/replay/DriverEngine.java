package dev.quarry.tools.replay;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimDriver;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.trace.Trace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The engine that asks the driver for every block. Frees take effect at once; streams play no part. */
final class DriverEngine extends Engine {
    private final DeviceDriver driver;
    private final MemoryKind kind;
    private final long alignment;
    private final boolean touch;
    private final boolean byHost;
    private final long[] addresses;
    private final long[] sizes;
    private long liveBytes;
    private long peakBytes;
    private long allocations;
    private long frees;

    DriverEngine(Trace trace, ReplaySettings settings, DeviceDriver driver, MemoryKind kind) {
        super(trace, settings.allowOom());
        this.driver = driver;
        this.kind = kind;
        this.alignment = driver.granule();
        this.touch = settings.touch();
        this.byHost = kind.isHostAccessible() && !(driver instanceof SimDriver);
        this.addresses = new long[trace.slots()];
        this.sizes = new long[trace.slots()];
    }

    @Override
    void replay() {
        int operations = trace.operations();
        for (int i = 0; i < operations; i++) {
            if (trace.isAllocation(i)) {
                allocate(i);
            } else {
                free(i);
            }
        }
    }

    @Override
    void allocate(int operation) {
        long bytes = trace.bytes(operation);
        int slot = trace.slot(operation);
        allocations++;
        try {
            addresses[slot] = driver.allocate(new SegmentRequest(kind, bytes, alignment, false));
        } catch (DriverOutOfMemoryException e) {
            failed(operation, e);
            return;
        }
        sizes[slot] = bytes;
        liveBytes += bytes;
        peakBytes = Math.max(peakBytes, liveBytes);
        if (touch) {
            write(slot, operation);
        }
    }

    @Override
    void free(int operation) {
        free(trace.slot(operation), trace.bytes(operation));
    }

    private void free(int slot, long bytes) {
        long address = addresses[slot];
        if (address != 0) {
            addresses[slot] = 0;
            liveBytes -= bytes;
            frees++;
            driver.free(kind, address, bytes);
        }
    }

    private void write(int slot, int operation) {
        if (byHost) {
            Pattern.write(segment(slot), operation);
            return;
        }
        var streams = driver.streams();
        streams.fill(streams.defaultStream(), addresses[slot], sizes[slot], (byte) operation);
        streams.synchronize(streams.defaultStream()); // a driver's free asks that all work is complete
    }

    @Override
    boolean isLive(int slot) {
        return addresses[slot] != 0;
    }

    @Override
    long address(int slot) {
        return addresses[slot];
    }

    @Override
    MemorySegment segment(int slot) {
        return driver.view(addresses[slot], sizes[slot], Arena.global());
    }

    @Override
    void renew() {
        // holds no objects
    }

    @Override
    public void close() {
        for (int slot = 0; slot < addresses.length; slot++) {
            free(slot, sizes[slot]);
        }
    }

    /** Returns whether blocks hold their {@link Pattern}. */
    boolean isPatterned() {
        return touch && byHost;
    }

    /** Returns the greatest sum of the bytes held at once. */
    long peakBytes() {
        return peakBytes;
    }

    /** Returns how often memory was asked for, in vain included. */
    long allocations() {
        return allocations;
    }

    /** Returns how often memory was given back. */
    long frees() {
        return frees;
    }
}
