package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.cuda.internal.bindings.CUipcMemHandle_st;
import dev.quarry.cuda.internal.bindings.Cuda;
import dev.quarry.spi.InterprocessSharing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.collections.impl.map.mutable.primitive.LongLongHashMap;

/**
 * Memory between processes. A token is the driver's handle, which names a whole allocation of its, and the offset in there, of
 * eight bytes in this machine's order. Thread-safe.
 */
final class CudaSharing implements InterprocessSharing {
    private static final ValueLayout.OfLong OFFSET = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long HANDLE_BYTES = CUipcMemHandle_st.sizeof();

    private final CudaContext context;
    private final ReentrantLock lock = new ReentrantLock();

    /** Where the driver mapped what was opened, by the address that was returned. */
    private final LongLongHashMap opened = new LongLongHashMap();

    CudaSharing(CudaContext context) {
        this.context = context;
    }

    @Override
    public byte[] export(long address, long bytes) {
        context.enter();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment token = arena.allocate(HANDLE_BYTES + OFFSET.byteSize());
            CudaResult.check(
                    Cuda.cuIpcGetMemHandle(token, address), "cuIpcGetMemHandle", CudaResult.hex(address), bytes);
            MemorySegment base = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
            CudaResult.check(
                    Cuda.cuMemGetAddressRange_v2(base, size, address),
                    "cuMemGetAddressRange_v2",
                    CudaResult.hex(address));
            token.set(OFFSET, HANDLE_BYTES, address - base.get(ValueLayout.JAVA_LONG, 0));
            return token.toArray(ValueLayout.JAVA_BYTE);
        } finally {
            context.leave();
        }
    }

    @Override
    public long open(byte[] token, long bytes) {
        if (token.length != HANDLE_BYTES + OFFSET.byteSize()) {
            throw new IllegalArgumentException("a token of " + token.length + " bytes (expected: "
                    + (HANDLE_BYTES + OFFSET.byteSize()) + ", as another process exported it)");
        }
        context.enter();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, token);
            MemorySegment base = arena.allocate(ValueLayout.JAVA_LONG);
            CudaResult.check(
                    Cuda.cuIpcOpenMemHandle_v2(
                            base, text.asSlice(0, HANDLE_BYTES), CU_IPC_MEM_LAZY_ENABLE_PEER_ACCESS()),
                    "cuIpcOpenMemHandle_v2",
                    bytes + " bytes");
            long start = base.get(ValueLayout.JAVA_LONG, 0);
            long address = start + text.get(OFFSET, HANDLE_BYTES);
            lock.lock();
            try {
                opened.put(address, start);
            } finally {
                lock.unlock();
            }
            return address;
        } finally {
            context.leave();
        }
    }

    @Override
    public void close(long address, long bytes) {
        long start;
        lock.lock();
        try {
            start = opened.getIfAbsent(address, 0);
        } finally {
            lock.unlock();
        }
        if (start == 0) {
            throw new IllegalArgumentException("nothing was opened at " + CudaResult.hex(address));
        }
        context.enter();
        try {
            CudaResult.check(Cuda.cuIpcCloseMemHandle(start), "cuIpcCloseMemHandle", CudaResult.hex(start));
        } finally {
            context.leave();
        }
        lock.lock();
        try {
            opened.remove(address);
        } finally {
            lock.unlock();
        }
    }
}
