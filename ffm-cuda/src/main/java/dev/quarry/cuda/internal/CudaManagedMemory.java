package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.cuda.internal.bindings.CUmemLocation_st;
import dev.quarry.cuda.internal.bindings.Cuda;
import dev.quarry.spi.ManagedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Advice and prefetch for managed memory, by the calls that the driver has: those of 12.2 take places, older ones device numbers. */
final class CudaManagedMemory implements ManagedMemory {
    private static final boolean TAKES_PLACES =
            CudaLibrary.has("cuMemAdvise_v2") && CudaLibrary.has("cuMemPrefetchAsync_v2");

    private final CudaContext context;
    private final CudaPeers peers;

    CudaManagedMemory(CudaContext context, CudaPeers peers) {
        this.context = context;
        this.peers = peers;
    }

    @Override
    public void advise(long address, long bytes, Advice advice, int device) {
        int number = advice(advice);
        context.enter();
        try (Arena arena = Arena.ofConfined()) {
            int code = TAKES_PLACES
                    ? Cuda.cuMemAdvise_v2(address, bytes, number, place(arena, device))
                    : Cuda.cuMemAdvise(address, bytes, number, number(device));
            CudaResult.check(code, "cuMemAdvise", CudaResult.hex(address), bytes, advice, device);
        } finally {
            context.leave();
        }
    }

    @Override
    public void prefetch(long stream, long address, long bytes, int device) {
        MemorySegment queue = MemorySegment.ofAddress(stream);
        context.enter();
        try (Arena arena = Arena.ofConfined()) {
            int code = TAKES_PLACES
                    ? Cuda.cuMemPrefetchAsync_v2(address, bytes, place(arena, device), 0, queue)
                    : Cuda.cuMemPrefetchAsync(address, bytes, number(device), queue);
            CudaResult.check(
                    code, "cuMemPrefetchAsync", CudaResult.hex(address), bytes, device, CudaResult.hex(stream));
        } finally {
            context.leave();
        }
    }

    private MemorySegment place(Arena arena, int device) {
        MemorySegment place = arena.allocate(CUmemLocation_st.layout());
        CUmemLocation_st.type(place, device == HOST ? CU_MEM_LOCATION_TYPE_HOST() : CU_MEM_LOCATION_TYPE_DEVICE());
        CUmemLocation_st.id(place, device == HOST ? 0 : number(device));
        return place;
    }

    private int number(int device) {
        return device == HOST ? CU_DEVICE_CPU() : peers.device(device);
    }

    private static int advice(Advice advice) {
        return switch (advice) {
            case READ_MOSTLY -> CU_MEM_ADVISE_SET_READ_MOSTLY();
            case UNSET_READ_MOSTLY -> CU_MEM_ADVISE_UNSET_READ_MOSTLY();
            case PREFERRED_LOCATION -> CU_MEM_ADVISE_SET_PREFERRED_LOCATION();
            case UNSET_PREFERRED_LOCATION -> CU_MEM_ADVISE_UNSET_PREFERRED_LOCATION();
            case ACCESSED_BY -> CU_MEM_ADVISE_SET_ACCESSED_BY();
            case UNSET_ACCESSED_BY -> CU_MEM_ADVISE_UNSET_ACCESSED_BY();
        };
    }
}
