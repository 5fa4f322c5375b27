package dev.quarry.sim;

import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.spi.SegmentRequest;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The memory of one simulated device that is taken without mapping. Thread-safe, by the driver's lock. */
final class SimMemory {
    /** The kinds that simulated devices have. */
    static final Set<MemoryKind> KINDS = Collections.unmodifiableSet(
            new LinkedHashSet<>(List.of(MemoryKind.DEVICE, MemoryKind.PINNED, MemoryKind.MANAGED)));

    private static final long MOST_ALIGNMENT = 2L << 20;

    private final Object lock;
    private final CallGate gate;
    private final AddressSpace addresses;
    private final Budget budget;
    private final PageMeter meter;
    private final HazardDetector detector;

    SimMemory(
            Object lock,
            CallGate gate,
            AddressSpace addresses,
            Budget budget,
            PageMeter meter,
            HazardDetector detector) {
        this.lock = lock;
        this.gate = gate;
        this.addresses = addresses;
        this.budget = budget;
        this.meter = meter;
        this.detector = detector;
    }

    MemoryInfo info(MemoryKind kind) {
        gate.enter(SimFunction.MEMORY);
        requireKind("memory", kind);
        synchronized (lock) {
            return budget.info();
        }
    }

    long allocate(SegmentRequest request) {
        gate.enter(SimFunction.ALLOCATE, request.bytes(), request.alignment());
        requireKind("allocate", request.kind());
        CallGate.requirePositive("allocate", request.bytes());
        if (Long.bitCount(request.alignment()) != 1
                || request.alignment() < 1
                || request.alignment() > MOST_ALIGNMENT) {
            throw new IllegalArgumentException(
                    "allocate: alignment = " + request.alignment() + " (expected: a power of two, at most 2 MiB)");
        }
        synchronized (lock) {
            boolean taken = budget.take(request.bytes());
            long address = taken ? addresses.allocate(request) : 0;
            if (address == 0) {
                budget.giveBack(taken ? request.bytes() : 0);
                gate.failed();
                throw budget.refusal(
                        SimFunction.ALLOCATE, request.kind() + ", " + request.bytes() + ", " + request.alignment());
            }
            meter.done(SimFunction.ALLOCATE, request.bytes());
            return address;
        }
    }

    void free(MemoryKind kind, long address, long bytes) {
        gate.enter(SimFunction.FREE, address, bytes);
        synchronized (lock) {
            addresses.free(kind, address, bytes);
            budget.giveBack(bytes);
            detector.freed("free", address, bytes);
            meter.done(SimFunction.FREE, bytes);
        }
    }

    /** Refuses a kind that simulated devices do not have. */
    static void requireKind(String call, MemoryKind kind) {
        if (!KINDS.contains(kind)) {
            throw new IllegalArgumentException(call + ": kind = " + kind + " (expected one of " + KINDS + ")");
        }
    }
}
