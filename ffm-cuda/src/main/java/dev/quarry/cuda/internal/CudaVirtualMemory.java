package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.MemoryKind;
import dev.quarry.cuda.internal.bindings.CUmemAccessDesc_st;
import dev.quarry.cuda.internal.bindings.CUmemAllocationProp_st;
import dev.quarry.cuda.internal.bindings.CUmemLocation_st;
import dev.quarry.cuda.internal.bindings.Cuda;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.VirtualMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.collections.impl.map.mutable.primitive.LongLongHashMap;

/**
 * Reserved addresses with physical memory of a device mapped into them, by the driver's virtual memory functions. Thread-safe.
 *
 * <p>What is mapped is accessible to this device, and to those that {@link CudaPeers} has let in: {@code cuCtxEnablePeerAccess} does
 * not reach such memory.
 */
final class CudaVirtualMemory implements VirtualMemory {
    private static final Set<MemoryKind> KINDS = Set.of(MemoryKind.DEVICE);

    /** The largest size that a driver is asked for; no device has so much. */
    private static final long MOST_BYTES = 1L << 47;

    private final CudaContext context;

    /** What physical memory is asked for: of this device, not exportable. */
    private final MemorySegment properties;

    private final long pageBytes;
    private final ReentrantLock lock = new ReentrantLock();

    /** Bytes of what is mapped, by address. */
    private final LongLongHashMap mapped = new LongLongHashMap();

    /** Access for this device first, then for those that were let in; replaced when one is. */
    private volatile MemorySegment access;

    /**
     * Makes it for a device by the driver's number.
     *
     * @param context the device's
     */
    CudaVirtualMemory(CudaContext context, int device) {
        this.context = context;
        Arena arena = Arena.ofAuto();
        properties = arena.allocate(CUmemAllocationProp_st.layout());
        CUmemAllocationProp_st.type(properties, CU_MEM_ALLOCATION_TYPE_PINNED());
        CUmemAllocationProp_st.requestedHandleTypes(properties, CU_MEM_HANDLE_TYPE_NONE());
        locate(CUmemAllocationProp_st.location(properties), device);
        access = arena.allocate(CUmemAccessDesc_st.layout());
        describe(access, device);
        pageBytes = granularity(device);
    }

    @Override
    public Set<MemoryKind> kinds() {
        return KINDS;
    }

    @Override
    public long pageSize(MemoryKind kind) {
        return pageBytes;
    }

    @Override
    public long reserve(MemoryKind kind, long bytes) {
        checkSize("cuMemAddressReserve", bytes);
        MemorySegment piece = CudaScratch.take();
        context.enter();
        try {
            int code = Cuda.cuMemAddressReserve(piece, bytes, pageBytes, 0, 0);
            if (code != 0) {
                throw CudaResult.failure(code, "cuMemAddressReserve", bytes, pageBytes);
            }
            return CudaScratch.word(piece);
        } finally {
            context.leave();
            CudaScratch.give(piece);
        }
    }

    @Override
    public void unreserve(long address, long bytes) {
        context.enter();
        try {
            int code = Cuda.cuMemAddressFree(address, bytes);
            if (code != 0) {
                throw CudaResult.failure(code, "cuMemAddressFree", CudaResult.hex(address), bytes);
            }
        } finally {
            context.leave();
        }
    }

    @Override
    public long create(MemoryKind kind, long bytes) {
        checkSize("cuMemCreate", bytes);
        MemorySegment piece = CudaScratch.take();
        context.enter();
        try {
            int code = Cuda.cuMemCreate(piece, bytes, properties, 0);
            if (code != 0) {
                throw CudaResult.failure(code, "cuMemCreate", bytes);
            }
            return CudaScratch.word(piece);
        } finally {
            context.leave();
            CudaScratch.give(piece);
        }
    }

    @Override
    public void release(long handle, long bytes) {
        context.enter();
        try {
            int code = Cuda.cuMemRelease(handle);
            if (code != 0) {
                throw CudaResult.failure(code, "cuMemRelease", CudaResult.hex(handle));
            }
        } finally {
            context.leave();
        }
    }

    @Override
    public void map(long address, long bytes, long handle) {
        context.enter();
        try {
            int code = Cuda.cuMemMap(address, bytes, 0, handle, 0);
            if (code != 0) {
                throw CudaResult.failure(code, "cuMemMap", CudaResult.hex(address), bytes, CudaResult.hex(handle));
            }
        } finally {
            context.leave();
        }
        lock.lock();
        try {
            mapped.put(address, bytes);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void unmap(long address, long bytes) {
        lock.lock();
        try {
            mapped.remove(address);
        } finally {
            lock.unlock();
        }
        boolean unmapped = false;
        context.enter();
        try {
            int code = Cuda.cuMemUnmap(address, bytes);
            if (code != 0) {
                throw CudaResult.failure(code, "cuMemUnmap", CudaResult.hex(address), bytes);
            }
            unmapped = true;
        } finally {
            context.leave();
            if (!unmapped) {
                lock.lock();
                try {
                    mapped.put(address, bytes);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    @Override
    public void setAccess(long address, long bytes) {
        MemorySegment all = access;
        setAccess(address, bytes, all);
        while (all.byteSize() != access.byteSize()) { // somebody was let in meanwhile
            all = access;
            setAccess(address, bytes, all);
        }
    }

    /** Lets another device of the process access all that is mapped here, now and later. */
    void admit(int device) {
        MemorySegment one = Arena.ofAuto().allocate(CUmemAccessDesc_st.layout());
        describe(one, device);
        long[] addresses;
        lock.lock();
        try {
            MemorySegment more = Arena.ofAuto().allocate(access.byteSize() + one.byteSize(), 8);
            more.copyFrom(access);
            more.asSlice(access.byteSize()).copyFrom(one);
            access = more;
            addresses = mapped.keySet().toArray();
        } finally {
            lock.unlock();
        }
        for (long address : addresses) {
            admit(address, one);
        }
    }

    /** Lets a device access what is mapped at an address, if something still is. */
    private void admit(long address, MemorySegment one) {
        long bytes = bytesAt(address);
        if (bytes == 0) {
            return;
        }
        try {
            setAccess(address, bytes, one);
        } catch (dev.quarry.spi.DriverException e) {
            if (bytesAt(address) != 0) {
                throw e;
            }
        }
    }

    private long bytesAt(long address) {
        lock.lock();
        try {
            return mapped.get(address);
        } finally {
            lock.unlock();
        }
    }

    private void setAccess(long address, long bytes, MemorySegment descriptions) {
        long count = descriptions.byteSize() / CUmemAccessDesc_st.sizeof();
        context.enter();
        try {
            int code = Cuda.cuMemSetAccess(address, bytes, descriptions, count);
            if (code != 0) {
                throw CudaResult.failure(code, "cuMemSetAccess", CudaResult.hex(address), bytes, count + " devices");
            }
        } finally {
            context.leave();
        }
    }

    private long granularity(int device) {
        MemorySegment piece = CudaScratch.take();
        try {
            int code = Cuda.cuMemGetAllocationGranularity(piece, properties, CU_MEM_ALLOC_GRANULARITY_MINIMUM());
            if (code != 0) {
                throw CudaResult.failure(code, "cuMemGetAllocationGranularity", device);
            }
            return CudaScratch.word(piece);
        } finally {
            CudaScratch.give(piece);
        }
    }

    private static void describe(MemorySegment description, int device) {
        locate(CUmemAccessDesc_st.location(description), device);
        CUmemAccessDesc_st.flags(description, CU_MEM_ACCESS_FLAGS_PROT_READWRITE());
    }

    private static void locate(MemorySegment location, int device) {
        CUmemLocation_st.type(location, CU_MEM_LOCATION_TYPE_DEVICE());
        CUmemLocation_st.id(location, device);
    }

    private static void checkSize(String function, long bytes) {
        if (bytes > MOST_BYTES) {
            throw new DriverOutOfMemoryException(
                    function, String.valueOf(bytes), CUDA_ERROR_OUT_OF_MEMORY(), "not asked: no device has so much");
        }
    }
}
