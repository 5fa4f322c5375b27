package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.StreamState;
import dev.quarry.cuda.internal.bindings.Cuda;
import dev.quarry.spi.StreamDriver;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/**
 * Streams, events, copies and fills of a device. Streams do not wait for the default one, nor it for them. Events measure no time.
 *
 * <p>Thread-safe. A wait without an end is one call of the driver; one with an end looks again and again, more and more seldom,
 * since the driver has no such wait.
 */
final class CudaStreams implements StreamDriver {
    /** The driver's own name of its default stream, whatever the calling library's default is. */
    private static final long DEFAULT_STREAM = 1;

    private static final long SHORTEST_PAUSE_NANOS = 1_000;
    private static final long LONGEST_PAUSE_NANOS = 200_000;

    private final CudaContext context;

    CudaStreams(CudaContext context) {
        this.context = context;
    }

    @Override
    public long defaultStream() {
        return DEFAULT_STREAM;
    }

    @Override
    public long createStream() {
        MemorySegment piece = CudaScratch.take();
        context.enter();
        try {
            CudaResult.check(Cuda.cuStreamCreate(piece, CU_STREAM_NON_BLOCKING()), "cuStreamCreate");
            return CudaScratch.word(piece);
        } finally {
            context.leave();
            CudaScratch.give(piece);
        }
    }

    @Override
    public void destroyStream(long stream) {
        context.enter();
        try {
            check(Cuda.cuStreamDestroy_v2(pointer(stream)), "cuStreamDestroy_v2", stream);
        } finally {
            context.leave();
        }
    }

    /** Asks whether it captures first: a question about its work would end the capture. */
    @Override
    public StreamState state(long stream) {
        MemorySegment piece = CudaScratch.take();
        context.enter();
        try {
            int code = Cuda.cuStreamIsCapturing(pointer(stream), piece);
            if (CudaResult.isCapture(code) || (code == CUDA_SUCCESS() && CudaScratch.number(piece) != 0)) {
                return StreamState.CAPTURING;
            }
            if (code == CUDA_SUCCESS()) {
                code = Cuda.cuStreamQuery(pointer(stream));
            }
            if (code == CUDA_SUCCESS()) {
                return StreamState.IDLE;
            } else if (code == CUDA_ERROR_NOT_READY()) {
                return StreamState.RUNNING;
            } else if (CudaResult.isLoss(code)) {
                return StreamState.LOST;
            }
            throw CudaResult.failure(code, "cuStreamQuery", CudaResult.hex(stream));
        } finally {
            context.leave();
            CudaScratch.give(piece);
        }
    }

    @Override
    public void synchronize(long stream) {
        context.enter();
        try {
            check(Cuda.cuStreamSynchronize(pointer(stream)), "cuStreamSynchronize", stream);
        } finally {
            context.leave();
        }
    }

    @Override
    public long createEvent() {
        MemorySegment piece = CudaScratch.take();
        context.enter();
        try {
            CudaResult.check(Cuda.cuEventCreate(piece, CU_EVENT_DISABLE_TIMING()), "cuEventCreate");
            return CudaScratch.word(piece);
        } finally {
            context.leave();
            CudaScratch.give(piece);
        }
    }

    @Override
    public void destroyEvent(long event) {
        context.enter();
        try {
            check(Cuda.cuEventDestroy_v2(pointer(event)), "cuEventDestroy_v2", event);
        } finally {
            context.leave();
        }
    }

    @Override
    public void record(long event, long stream) {
        context.enter();
        try {
            check(Cuda.cuEventRecord(pointer(event), pointer(stream)), "cuEventRecord", event, stream);
        } finally {
            context.leave();
        }
    }

    @Override
    public boolean isComplete(long event) {
        context.enter();
        try {
            int code = Cuda.cuEventQuery(pointer(event));
            if (code != CUDA_ERROR_NOT_READY()) {
                check(code, "cuEventQuery", event);
            }
            return code == CUDA_SUCCESS();
        } finally {
            context.leave();
        }
    }

    @Override
    public boolean await(long event, long timeoutNanos) {
        if (timeoutNanos == Long.MAX_VALUE) {
            context.enter();
            try {
                check(Cuda.cuEventSynchronize(pointer(event)), "cuEventSynchronize", event);
                return true;
            } finally {
                context.leave();
            }
        }
        long start = System.nanoTime();
        long pause = SHORTEST_PAUSE_NANOS;
        boolean complete = isComplete(event);
        while (!complete && System.nanoTime() - start < timeoutNanos) {
            LockSupport.parkNanos(Math.min(pause, timeoutNanos));
            pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
            complete = isComplete(event);
        }
        return complete;
    }

    @Override
    public void waitFor(long stream, long event) {
        context.enter();
        try {
            check(Cuda.cuStreamWaitEvent(pointer(stream), pointer(event), 0), "cuStreamWaitEvent", stream, event);
        } finally {
            context.leave();
        }
    }

    /** Enqueues a copy; the driver finds out by the addresses whose memory they are of. */
    @Override
    public void copy(long stream, long source, long target, long bytes) {
        context.enter();
        try {
            int code = Cuda.cuMemcpyAsync(target, source, bytes, pointer(stream));
            if (code != 0) {
                throw CudaResult.failure(
                        code,
                        "cuMemcpyAsync",
                        CudaResult.hex(target),
                        CudaResult.hex(source),
                        bytes,
                        CudaResult.hex(stream));
            }
        } finally {
            context.leave();
        }
    }

    @Override
    public void fill(long stream, long address, long bytes, byte value) {
        context.enter();
        try {
            int code = Cuda.cuMemsetD8Async(address, value, bytes, pointer(stream));
            if (code != 0) {
                throw CudaResult.failure(
                        code, "cuMemsetD8Async", CudaResult.hex(address), value, bytes, CudaResult.hex(stream));
            }
        } finally {
            context.leave();
        }
    }

    private static void check(int code, String function, long handle) {
        if (code != 0) {
            throw CudaResult.failure(code, function, CudaResult.hex(handle));
        }
    }

    private static void check(int code, String function, long first, long second) {
        if (code != 0) {
            throw CudaResult.failure(code, function, CudaResult.hex(first), CudaResult.hex(second));
        }
    }

    private static MemorySegment pointer(long handle) {
        return MemorySegment.ofAddress(handle);
    }
}
