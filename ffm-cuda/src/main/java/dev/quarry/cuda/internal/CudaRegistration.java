package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.cuda.internal.bindings.Cuda;
import dev.quarry.spi.HostRegistration;
import java.lang.foreign.MemorySegment;

/** Page-locking of memory that somebody else allocated, for all devices of the process. Thread-safe. */
final class CudaRegistration implements HostRegistration {
    private final CudaContext context;

    CudaRegistration(CudaContext context) {
        this.context = context;
    }

    @Override
    public void register(long address, long bytes) {
        context.enter();
        try {
            int code = Cuda.cuMemHostRegister_v2(
                    MemorySegment.ofAddress(address),
                    bytes,
                    CU_MEMHOSTREGISTER_PORTABLE() | CU_MEMHOSTREGISTER_DEVICEMAP());
            CudaResult.check(code, "cuMemHostRegister_v2", CudaResult.hex(address), bytes);
        } finally {
            context.leave();
        }
    }

    @Override
    public void unregister(long address) {
        context.enter();
        try {
            int code = Cuda.cuMemHostUnregister(MemorySegment.ofAddress(address));
            CudaResult.check(code, "cuMemHostUnregister", CudaResult.hex(address));
        } finally {
            context.leave();
        }
    }
}
