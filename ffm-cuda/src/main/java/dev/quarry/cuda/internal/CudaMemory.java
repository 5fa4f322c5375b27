package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.cuda.internal.bindings.Cuda;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.support.MachineMemory;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.collections.impl.map.mutable.primitive.LongLongHashMap;

/**
 * Plain memory of a device: its own, page-locked host memory, and managed memory. Thread-safe; the lock is not held across a
 * driver call.
 */
final class CudaMemory {
    /** What the driver aligns to at least. */
    static final long GRANULE = 512;

    /**
     * The driver cuts smaller allocations from blocks of this size, and exports a block whole: shareable memory has blocks of its
     * own, or another process would see its neighbours.
     */
    private static final long SHAREABLE_BYTES = 2L << 20;

    private final CudaContext context;
    private final Set<MemoryKind> kinds;
    private final boolean oversubscribes;
    private final MachineMemory machine;
    private final ReentrantLock lock = new ReentrantLock();

    /** For what was given out, by address, where the driver's allocation begins. */
    private final LongLongHashMap device = new LongLongHashMap();

    private final LongLongHashMap pinned = new LongLongHashMap();
    private final LongLongHashMap managed = new LongLongHashMap();
    private long pinnedBytes;

    CudaMemory(CudaContext context, Set<MemoryKind> kinds, boolean oversubscribes, MachineMemory machine) {
        this.context = context;
        this.kinds = kinds;
        this.oversubscribes = oversubscribes;
        this.machine = machine;
    }

    /** Returns free and total memory of a kind; managed memory may take the host's beside the device's. */
    MemoryInfo info(MemoryKind kind) {
        if (kind.equals(MemoryKind.PINNED)) {
            return machine.now(pinnedBytes());
        }
        MemoryInfo own = ofDevice();
        if (kind.equals(MemoryKind.MANAGED) && oversubscribes) {
            MemoryInfo host = machine.now(pinnedBytes());
            return new MemoryInfo(own.freeBytes() + host.freeBytes(), own.totalBytes() + host.totalBytes());
        }
        return own;
    }

    private MemoryInfo ofDevice() {
        MemorySegment piece = CudaScratch.take();
        context.enter();
        try {
            int code = Cuda.cuMemGetInfo_v2(piece, piece.asSlice(Long.BYTES));
            CudaResult.check(code, "cuMemGetInfo_v2");
            return new MemoryInfo(CudaScratch.word(piece), CudaScratch.word(piece.asSlice(Long.BYTES)));
        } finally {
            context.leave();
            CudaScratch.give(piece);
        }
    }

    /** Takes memory; see {@link dev.quarry.spi.DeviceDriver#allocate}. */
    long allocate(SegmentRequest request) {
        MemoryKind kind = request.kind();
        long bytes = request.bytes();
        if (request.shareable()) {
            bytes = Math.ceilDiv(bytes, SHAREABLE_BYTES) * SHAREABLE_BYTES;
        }
        checkThereIs(kind, bytes);
        long base = take(kind, bytes);
        long address = base;
        if ((base & (request.alignment() - 1)) != 0) {
            give(kind, base);
            base = take(kind, bytes + request.alignment());
            address = (base + request.alignment() - 1) & -request.alignment();
        }
        lock.lock();
        try {
            held(kind).put(address, base);
            pinnedBytes += kind.equals(MemoryKind.PINNED) ? request.bytes() : 0;
        } finally {
            lock.unlock();
        }
        return address;
    }

    /** Gives memory back; see {@link dev.quarry.spi.DeviceDriver#free}. */
    void free(MemoryKind kind, long address, long bytes) {
        long base;
        lock.lock();
        try {
            base = held(kind).getIfAbsent(address, 0);
            if (base == 0) {
                throw new IllegalArgumentException("no " + kind + " memory is held at " + CudaResult.hex(address));
            }
            held(kind).remove(address);
        } finally {
            lock.unlock();
        }
        boolean given = false;
        try {
            give(kind, base);
            given = true;
        } finally {
            lock.lock();
            try {
                if (!given) {
                    held(kind).put(address, base);
                } else if (kind.equals(MemoryKind.PINNED)) {
                    pinnedBytes -= bytes;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Gives back all that is held, as far as the driver takes it: a lost device takes nothing. */
    void close() {
        for (MemoryKind kind : kinds) {
            long[] bases;
            lock.lock();
            try {
                bases = held(kind).values().toArray();
                held(kind).clear();
            } finally {
                lock.unlock();
            }
            for (long base : bases) {
                context.enter();
                try {
                    giveWithin(kind, base);
                } finally {
                    context.leave();
                }
            }
        }
    }

    private long take(MemoryKind kind, long bytes) {
        MemorySegment piece = CudaScratch.take();
        context.enter();
        try {
            int code;
            if (kind.equals(MemoryKind.DEVICE)) {
                code = Cuda.cuMemAlloc_v2(piece, bytes);
            } else if (kind.equals(MemoryKind.PINNED)) {
                code = Cuda.cuMemHostAlloc(piece, bytes, CU_MEMHOSTALLOC_PORTABLE() | CU_MEMHOSTALLOC_DEVICEMAP());
            } else {
                code = Cuda.cuMemAllocManaged(piece, bytes, CU_MEM_ATTACH_GLOBAL());
            }
            if (code != 0) {
                throw CudaResult.failure(code, allocator(kind), bytes);
            }
            return CudaScratch.word(piece);
        } finally {
            context.leave();
            CudaScratch.give(piece);
        }
    }

    private void give(MemoryKind kind, long base) {
        context.enter();
        try {
            int code = giveWithin(kind, base);
            if (code != 0) {
                throw CudaResult.failure(
                        code, kind.equals(MemoryKind.PINNED) ? "cuMemFreeHost" : "cuMemFree_v2", CudaResult.hex(base));
            }
        } finally {
            context.leave();
        }
    }

    private static int giveWithin(MemoryKind kind, long base) {
        return kind.equals(MemoryKind.PINNED)
                ? Cuda.cuMemFreeHost(MemorySegment.ofAddress(base))
                : Cuda.cuMemFree_v2(base);
    }

    /** Throws where a request is larger than the memory there is, and drivers differ in what they say. */
    private void checkThereIs(MemoryKind kind, long bytes) {
        boolean ofHost = kind.equals(MemoryKind.PINNED);
        // Beyond what the host has free, the kernel would not refuse to lock pages: it would end a process, likely this
        // one.
        long most = ofHost ? info(kind).freeBytes() : Long.MAX_VALUE / 2;
        if (bytes > most || (!ofHost && bytes > 1L << 47)) {
            throw new DriverOutOfMemoryException(
                    allocator(kind),
                    String.valueOf(bytes),
                    CUDA_ERROR_OUT_OF_MEMORY(),
                    "not asked: there is not so much");
        }
    }

    private static String allocator(MemoryKind kind) {
        if (kind.equals(MemoryKind.DEVICE)) {
            return "cuMemAlloc_v2";
        }
        return kind.equals(MemoryKind.PINNED) ? "cuMemHostAlloc" : "cuMemAllocManaged";
    }

    private LongLongHashMap held(MemoryKind kind) {
        if (kind.equals(MemoryKind.DEVICE)) {
            return device;
        }
        return kind.equals(MemoryKind.PINNED) ? pinned : managed;
    }

    private long pinnedBytes() {
        lock.lock();
        try {
            return pinnedBytes;
        } finally {
            lock.unlock();
        }
    }
}
