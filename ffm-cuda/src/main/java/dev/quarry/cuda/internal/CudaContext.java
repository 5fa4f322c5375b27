package dev.quarry.cuda.internal;

import dev.quarry.cuda.internal.bindings.Cuda;
import java.lang.foreign.MemorySegment;

/**
 * A device's primary context, which all libraries of the process share, retained as long as the device is open.
 *
 * <p>The driver keeps a stack of contexts for each thread. A call pushes this one and pops it, so that it works on any thread,
 * virtual ones included (which change threads between calls, never within one), and leaves no trace there. Thread-safe.
 */
final class CudaContext {
    /** Where the driver says which context it popped. Nobody reads it, so that all threads may write there. */
    private static final MemorySegment POPPED = java.lang.foreign.Arena.global().allocate(8);

    private final int device;
    private final MemorySegment context;

    private CudaContext(int device, MemorySegment context) {
        this.device = device;
        this.context = context;
    }

    /** Retains the primary context of a device by the driver's number. */
    static CudaContext retain(int device) {
        MemorySegment piece = CudaScratch.take();
        try {
            int code = Cuda.cuDevicePrimaryCtxRetain(piece, device);
            CudaResult.check(code, "cuDevicePrimaryCtxRetain", device);
            return new CudaContext(device, MemorySegment.ofAddress(CudaScratch.word(piece)));
        } finally {
            CudaScratch.give(piece);
        }
    }

    /** Makes this the calling thread's context until {@link #leave}. */
    void enter() {
        int code = Cuda.cuCtxPushCurrent_v2(context);
        if (code != 0) {
            throw CudaResult.failure(code, "cuCtxPushCurrent_v2", CudaResult.hex(context.address()));
        }
    }

    /** Gives the calling thread the context back that it had before. */
    void leave() {
        // It fails only where the context is gone with the process' driver, and then every call before it has failed.
        Cuda.cuCtxPopCurrent_v2(POPPED);
    }

    /** Returns the driver's own name of the context, for calls that take another device's. */
    MemorySegment handle() {
        return context;
    }

    /** Gives the context up. What the driver says is returned, since a lost device says so here too. */
    int release() {
        return Cuda.cuDevicePrimaryCtxRelease_v2(device);
    }
}
