package dev.quarry.cpu.internal;

import dev.quarry.DeviceInfo;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.StreamDriver;
import dev.quarry.spi.VirtualMemory;
import dev.quarry.spi.support.MachineMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The driver of {@code cpu:0}: checks arguments, and passes memory to {@link HostMemory}, streams to {@link CpuStreams}.
 *
 * <p>Memory of kind host is committed page by page, when first written, so an allocation succeeds as long as all
 * together fit the machine, and it alone fits what is free at the time. Fresh memory reads as zeros where pages are mapped,
 * which no caller should rely on.
 */
final class CpuDriver implements DeviceDriver {
    private static final long GRANULE = 64;
    private static final long GREATEST_ALIGNMENT = 2L << 20;

    private final Set<MemoryKind> kinds;
    private final DeviceInfo info;
    private final HostMemory memory;
    private final Optional<VirtualMemory> virtualMemory;
    private final CpuStreams streams = new CpuStreams();

    /**
     * Makes one that owns its pages.
     *
     * @param root {@code /}, or where a test has its {@code proc} and {@code sys}
     */
    CpuDriver(HostPages pages, Path root) {
        this.kinds = pages.kinds();
        this.info = Machine.info(pages, root);
        MachineMemory machine = new MachineMemory(root);
        HostAccount account = new HostAccount(machine);
        this.memory = new HostMemory(pages, account, machine, new LockLimit(root));
        this.virtualMemory = pages.canReserve() ? Optional.of(new HostVirtualMemory(pages, account)) : Optional.empty();
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public Set<MemoryKind> kinds() {
        return kinds;
    }

    @Override
    public long granule() {
        return GRANULE;
    }

    @Override
    public MemoryInfo memory(MemoryKind kind) {
        checkKind(kind);
        return memory.info(kind);
    }

    @Override
    public long allocate(SegmentRequest request) {
        checkKind(request.kind());
        if (request.shareable()) {
            throw new UnsupportedOperationException("cpu:0 has no memory that other processes can import: " + request);
        }
        if (request.bytes() <= 0) {
            throw new IllegalArgumentException("bytes must be positive: " + request);
        }
        if (Long.bitCount(request.alignment()) != 1 || request.alignment() > GREATEST_ALIGNMENT) {
            throw new IllegalArgumentException("alignment must be a power of two up to 2 MiB: " + request);
        }
        return memory.allocate(request);
    }

    @Override
    public void free(MemoryKind kind, long address, long bytes) {
        checkKind(kind);
        memory.free(kind, address, bytes);
    }

    @Override
    public MemorySegment view(long address, long bytes, Arena scope) {
        return RawMemory.view(address, bytes, scope);
    }

    @Override
    public MemorySegment view(long address, long bytes, Arena scope, Object kept) {
        return RawMemory.view(address, bytes, scope, kept);
    }

    @Override
    public void clear(long address, long bytes) {
        RawMemory.fill(address, bytes, (byte) 0);
    }

    @Override
    public StreamDriver streams() {
        return streams;
    }

    /** Returns virtual memory, which is of kind host only, where pages are mapped; nothing on the portable path. */
    @Override
    public Optional<VirtualMemory> virtualMemory() {
        return virtualMemory;
    }

    /** Waits for the work of all streams, then gives all memory back: no view may be used from then on. */
    @Override
    public void close() {
        streams.close();
        memory.close();
    }

    private void checkKind(MemoryKind kind) {
        if (!kinds.contains(kind)) {
            throw new IllegalArgumentException("cpu:0 offers " + kinds + ", not " + kind);
        }
    }
}
