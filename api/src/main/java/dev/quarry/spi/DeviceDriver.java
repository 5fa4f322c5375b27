package dev.quarry.spi;

import dev.quarry.DeviceInfo;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;

/**
 * One device as its native library offers it: memory here, streams in {@link #streams()}, and optional parts.
 *
 * <p>Binds and translates, and holds no policy. Thread-safe; any thread may call, virtual ones too. A failed call changes
 * nothing.
 */
@Incubating
public interface DeviceDriver extends AutoCloseable {
    /** Returns what the device is. */
    DeviceInfo info();

    /**
     * Returns what stands for the device itself: equal for all drivers of one device in this process, whose memory is
     * accounted for together.
     */
    default Object identity() {
        return info().id();
    }

    /** Returns the kinds of memory offered, the most usual one first, in a fixed order. */
    Set<MemoryKind> kinds();

    /** Returns the smallest step in which a pool should cut memory: a power of two, 64 on hosts, 512 on accelerators. */
    long granule();

    /**
     * Asks for free and total memory.
     *
     * @throws DriverException if the driver cannot tell
     */
    MemoryInfo memory(MemoryKind kind);

    /**
     * Takes memory. Two results never overlap while both are held.
     *
     * @return its address, a multiple of the alignment; never 0
     * @throws DriverOutOfMemoryException if there is not enough
     * @throws DriverException if it failed for another reason
     * @throws UnsupportedOperationException if the driver cannot supply shareable memory
     */
    long allocate(SegmentRequest request);

    /**
     * Gives memory back, at once: all work on it is complete.
     *
     * @param kind as in the request
     * @param address as returned by {@link #allocate}
     * @param bytes as in the request
     * @throws DriverException if it failed; the memory is still taken then
     */
    void free(MemoryKind kind, long address, long bytes);

    /**
     * Returns host-accessible memory as a segment that lives as long as {@code scope}.
     *
     * @throws UnsupportedOperationException if there is no memory behind the device's addresses
     */
    MemorySegment view(long address, long bytes, Arena scope);

    /**
     * As {@link #view(long, long, Arena)}, and the segment, its slices and all others of the scope keep an object reachable:
     * memory whose handle is lost is reused, but not while somebody has a view of it. A cleanup action of
     * {@link MemorySegment#reinterpret(long, Arena, java.util.function.Consumer)} that refers to the object does that.
     *
     * @param bytes 0 for memory that the host cannot touch
     * @throws UnsupportedOperationException as above, and if the plugin cannot do this: the memory is never reclaimed then
     */
    default MemorySegment view(long address, long bytes, Arena scope, Object kept) {
        throw new UnsupportedOperationException("views of " + info().id() + " keep nothing reachable");
    }

    /** Writes zeros to host-accessible memory, from the calling thread, before it returns. */
    void clear(long address, long bytes);

    /** Returns streams, events, copies and fills. */
    StreamDriver streams();

    /** Returns reserved address space with physical memory mapped into it, where the device has that. */
    default Optional<VirtualMemory> virtualMemory() {
        return Optional.empty();
    }

    /** Returns advice and prefetch for memory that the driver migrates, where the device has that. */
    default Optional<ManagedMemory> managedMemory() {
        return Optional.empty();
    }

    /** Returns export to and import from other processes, where the device has that. */
    default Optional<InterprocessSharing> interprocessSharing() {
        return Optional.empty();
    }

    /** Returns access to other devices' memory, where the device has that. */
    default Optional<PeerAccess> peerAccess() {
        return Optional.empty();
    }

    /** Returns the driver's own pool in the order of streams, where the device has one. */
    default Optional<StreamOrderedMemory> streamOrderedMemory() {
        return Optional.empty();
    }

    /** Returns page-locking of memory that is not the driver's, where the device has that. */
    default Optional<HostRegistration> hostRegistration() {
        return Optional.empty();
    }

    /** Gives everything back that was not yet, and the device. Called once, after all pools and streams are closed. */
    @Override
    void close();
}
