package dev.quarry.cuda.internal;

import dev.quarry.DeviceInfo;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.cuda.internal.CudaFeatures.Feature;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.HostRegistration;
import dev.quarry.spi.InterprocessSharing;
import dev.quarry.spi.ManagedMemory;
import dev.quarry.spi.PeerAccess;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.StreamDriver;
import dev.quarry.spi.StreamOrderedMemory;
import dev.quarry.spi.VirtualMemory;
import dev.quarry.spi.support.MachineMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The driver of one GPU: checks arguments, and passes each part of the SPI to the class that binds it. */
final class CudaDriver implements DeviceDriver {
    private static final long GREATEST_ALIGNMENT = 2L << 20;

    private final int ordinal;
    private final int device;
    private final CudaContext context;
    private final CudaFeatures features;
    private final DeviceInfo info;
    private final Set<MemoryKind> kinds;
    private final CudaMemory memory;
    private final CudaStreams streams;
    private final CudaPeers peers;
    private final Optional<CudaVirtualMemory> virtualMemory;

    /** Made when first asked for: the driver reserves memory for its pool. */
    private @Nullable CudaStreamOrderedMemory streamOrdered;

    /**
     * Opens a device.
     *
     * @param ordinal the number in its id
     * @param device the driver's number
     * @param peers the devices of this opening
     */
    CudaDriver(int ordinal, int device, CudaPeers peers) {
        this.ordinal = ordinal;
        this.device = device;
        this.peers = peers;
        this.context = CudaContext.retain(device);
        boolean opened = false;
        try {
            this.features = new CudaFeatures(device);
            this.info = CudaInfo.of(ordinal, device, features);
            this.kinds = kinds(features);
            this.memory = new CudaMemory(context, kinds, true, new MachineMemory(Path.of("/")));
            this.streams = new CudaStreams(context);
            this.virtualMemory = features.has(Feature.VIRTUAL_MEMORY)
                    ? Optional.of(new CudaVirtualMemory(context, device))
                    : Optional.empty();
            peers.enter(device, context, virtualMemory);
            opened = true;
        } finally {
            if (!opened) {
                context.release();
            }
        }
    }

    /** Managed memory is offered only where the host may use it at any time: elsewhere an access of Java's could end the process. */
    private static Set<MemoryKind> kinds(CudaFeatures features) {
        Set<MemoryKind> kinds = new LinkedHashSet<>();
        kinds.add(MemoryKind.DEVICE);
        kinds.add(MemoryKind.PINNED);
        if (features.has(Feature.CONCURRENT_MANAGED)) {
            kinds.add(MemoryKind.MANAGED);
        }
        return java.util.Collections.unmodifiableSet(kinds);
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
        return CudaMemory.GRANULE;
    }

    @Override
    public MemoryInfo memory(MemoryKind kind) {
        checkKind(kind);
        return memory.info(kind);
    }

    @Override
    public long allocate(SegmentRequest request) {
        checkKind(request.kind());
        if (request.bytes() <= 0) {
            throw new IllegalArgumentException("bytes must be positive: " + request);
        }
        if (Long.bitCount(request.alignment()) != 1 || request.alignment() > GREATEST_ALIGNMENT) {
            throw new IllegalArgumentException("alignment must be a power of two up to 2 MiB: " + request);
        }
        if (request.shareable() && !request.kind().equals(MemoryKind.DEVICE)) {
            throw new UnsupportedOperationException(
                    info.id() + " shares memory of kind device with other processes only: " + request);
        }
        if (request.shareable() && !features.has(Feature.SHARING)) {
            throw new UnsupportedOperationException(
                    info.id() + " cannot share memory, " + features.reason(Feature.SHARING) + ": " + request);
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
        return MemorySegment.ofAddress(address).reinterpret(bytes, scope, null);
    }

    @Override
    public MemorySegment view(long address, long bytes, Arena scope, Object kept) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, scope, new Keeper(kept));
    }

    @Override
    public void clear(long address, long bytes) {
        MemorySegment.ofAddress(address).reinterpret(bytes).fill((byte) 0);
    }

    @Override
    public StreamDriver streams() {
        return streams;
    }

    @Override
    public Optional<VirtualMemory> virtualMemory() {
        return virtualMemory.map(memory -> memory);
    }

    @Override
    public Optional<ManagedMemory> managedMemory() {
        return kinds.contains(MemoryKind.MANAGED)
                ? Optional.of(new CudaManagedMemory(context, peers))
                : Optional.empty();
    }

    @Override
    public Optional<InterprocessSharing> interprocessSharing() {
        return features.has(Feature.SHARING) ? Optional.of(new CudaSharing(context)) : Optional.empty();
    }

    @Override
    public Optional<PeerAccess> peerAccess() {
        return features.has(Feature.PEERS) ? Optional.of(peers.of(ordinal)) : Optional.empty();
    }

    @Override
    public synchronized Optional<StreamOrderedMemory> streamOrderedMemory() {
        if (streamOrdered == null && features.has(Feature.POOLS)) {
            streamOrdered = new CudaStreamOrderedMemory(context, device);
        }
        return Optional.ofNullable(streamOrdered);
    }

    @Override
    public Optional<HostRegistration> hostRegistration() {
        return features.has(Feature.REGISTRATION) ? Optional.of(new CudaRegistration(context)) : Optional.empty();
    }

    /** Gives everything back, and the context. Does not wait: what was enqueued is complete, or the device is lost. */
    @Override
    public synchronized void close() {
        memory.close();
        if (streamOrdered != null) {
            streamOrdered.close();
        }
        int code = context.release();
        if (!CudaResult.isLoss(code)) {
            CudaResult.check(code, "cuDevicePrimaryCtxRelease_v2", device);
        }
    }

    private void checkKind(MemoryKind kind) {
        if (!kinds.contains(kind)) {
            throw new IllegalArgumentException(info.id() + " offers " + kinds + ", not " + kind);
        }
    }

    /** An action at the end of a scope that does nothing: the scope holds it, and it holds an object. */
    private record Keeper(Object kept) implements Consumer<MemorySegment> {
        @Override
        public void accept(MemorySegment ended) {}
    }
}
