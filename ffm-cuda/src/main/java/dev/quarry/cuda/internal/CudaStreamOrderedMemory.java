package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.cuda.internal.bindings.CUmemLocation_st;
import dev.quarry.cuda.internal.bindings.CUmemPoolProps_st;
import dev.quarry.cuda.internal.bindings.Cuda;
import dev.quarry.spi.StreamOrderedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A pool of the driver's own, made here so that nobody else's use shows in its figures. It gives nothing back by itself: its release
 * threshold is the greatest there is. Thread-safe.
 */
final class CudaStreamOrderedMemory implements StreamOrderedMemory {
    private final CudaContext context;
    private final MemorySegment pool;

    CudaStreamOrderedMemory(CudaContext context, int device) {
        this.context = context;
        context.enter();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment properties = arena.allocate(CUmemPoolProps_st.layout());
            CUmemPoolProps_st.allocType(properties, CU_MEM_ALLOCATION_TYPE_PINNED());
            CUmemPoolProps_st.handleTypes(properties, CU_MEM_HANDLE_TYPE_NONE());
            CUmemLocation_st.type(CUmemPoolProps_st.location(properties), CU_MEM_LOCATION_TYPE_DEVICE());
            CUmemLocation_st.id(CUmemPoolProps_st.location(properties), device);
            MemorySegment made = arena.allocate(ValueLayout.ADDRESS);
            CudaResult.check(Cuda.cuMemPoolCreate(made, properties), "cuMemPoolCreate", device);
            pool = made.get(ValueLayout.ADDRESS, 0);
            MemorySegment threshold = arena.allocateFrom(ValueLayout.JAVA_LONG, -1L);
            CudaResult.check(
                    Cuda.cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD(), threshold),
                    "cuMemPoolSetAttribute",
                    "release threshold");
        } finally {
            context.leave();
        }
    }

    @Override
    public long allocate(long stream, long bytes) {
        MemorySegment piece = CudaScratch.take();
        context.enter();
        try {
            int code = Cuda.cuMemAllocFromPoolAsync(piece, bytes, pool, MemorySegment.ofAddress(stream));
            if (code != 0) {
                throw CudaResult.failure(code, "cuMemAllocFromPoolAsync", bytes, CudaResult.hex(stream));
            }
            return CudaScratch.word(piece);
        } finally {
            context.leave();
            CudaScratch.give(piece);
        }
    }

    @Override
    public void free(long stream, long address) {
        context.enter();
        try {
            int code = Cuda.cuMemFreeAsync(address, MemorySegment.ofAddress(stream));
            if (code != 0) {
                throw CudaResult.failure(code, "cuMemFreeAsync", CudaResult.hex(address), CudaResult.hex(stream));
            }
        } finally {
            context.leave();
        }
    }

    @Override
    public long reservedBytes() {
        MemorySegment piece = CudaScratch.take();
        context.enter();
        try {
            int code = Cuda.cuMemPoolGetAttribute(pool, CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT(), piece);
            CudaResult.check(code, "cuMemPoolGetAttribute", "reserved bytes");
            return CudaScratch.word(piece);
        } finally {
            context.leave();
            CudaScratch.give(piece);
        }
    }

    @Override
    public void trim() {
        context.enter();
        try {
            CudaResult.check(Cuda.cuMemPoolTrimTo(pool, 0), "cuMemPoolTrimTo", 0);
        } finally {
            context.leave();
        }
    }

    /** Gives the pool back, with all that is still in it. */
    void close() {
        context.enter();
        try {
            Cuda.cuMemPoolDestroy(pool); // a lost device fails here, and has nothing to give back
        } finally {
            context.leave();
        }
    }
}
