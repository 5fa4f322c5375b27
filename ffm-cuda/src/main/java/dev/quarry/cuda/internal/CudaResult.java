package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.cuda.internal.bindings.Cuda;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The one place where results of the driver become exceptions. */
final class CudaResult {
    private CudaResult() {}

    /**
     * Throws if a call failed.
     *
     * @param function the driver's function, as bound
     * @param arguments what it was called with, for the message; addresses as {@link #hex}
     */
    static void check(int code, String function, Object... arguments) {
        if (code != CUDA_SUCCESS()) {
            throw failure(code, function, arguments);
        }
    }

    /** Makes the exception for a code that is not success. */
    static DriverException failure(int code, String function, Object... arguments) {
        String text = Arrays.stream(arguments).map(String::valueOf).collect(Collectors.joining(", "));
        return code == CUDA_ERROR_OUT_OF_MEMORY()
                ? new DriverOutOfMemoryException(function, text, code, describe(code))
                : new DriverException(function, text, code, describe(code));
    }

    /** Returns name and meaning of a code. */
    static String describe(int code) {
        String lost = isLoss(code) ? "; the device is lost to this process, and every later call fails so" : "";
        return name(code) + ": " + meaning(code) + lost;
    }

    /** Returns whether a code means that nothing enqueued on the device will ever complete: NVIDIA calls them sticky. */
    static boolean isLoss(int code) {
        return code == CUDA_ERROR_ECC_UNCORRECTABLE()
                || code == CUDA_ERROR_NVLINK_UNCORRECTABLE()
                || code == CUDA_ERROR_ILLEGAL_ADDRESS()
                || code == CUDA_ERROR_LAUNCH_TIMEOUT()
                || code == CUDA_ERROR_CONTEXT_IS_DESTROYED()
                || code == CUDA_ERROR_ASSERT()
                || (code >= CUDA_ERROR_HARDWARE_STACK_ERROR() && code <= CUDA_ERROR_LAUNCH_FAILED())
                || code == CUDA_ERROR_EXTERNAL_DEVICE()
                || code == CUDA_ERROR_CONTAINED()
                || code == CUDA_ERROR_DEVICE_UNAVAILABLE()
                || code == CUDA_ERROR_DEINITIALIZED();
    }

    /** Returns whether a code says that a graph is being captured: 900 to 907 are of capturing streams and events. */
    static boolean isCapture(int code) {
        return code >= CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED() && code <= CUDA_ERROR_CAPTURED_EVENT();
    }

    /** Returns an address or handle as messages show it. */
    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    private static String name(int code) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(ValueLayout.ADDRESS);
            return Cuda.cuGetErrorName(code, text) == CUDA_SUCCESS() ? string(text) : "unknown code";
        }
    }

    private static String meaning(int code) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(ValueLayout.ADDRESS);
            return Cuda.cuGetErrorString(code, text) == CUDA_SUCCESS() ? string(text) : "this driver does not know it";
        }
    }

    private static String string(MemorySegment pointer) {
        return pointer.get(ValueLayout.ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
    }
}
