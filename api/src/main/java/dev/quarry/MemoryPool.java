package dev.quarry;

import java.lang.foreign.Arena;
import java.lang.foreign.SegmentAllocator;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A caching allocator of one kind of memory of one device.
 *
 * <p>Thread-safe. A pool takes segments from the driver, cuts them into blocks by best fit, and keeps freed blocks for
 * reuse. Freeing never waits, except for the last free after a {@linkplain #close() close}. Allocating waits for the device
 * only on the way to failure, when limit or device allow no growth, and for at most {@link PoolOptions#maxStall()}.
 */
public interface MemoryPool extends AutoCloseable {
    /** Opens a pool over memory of another library, as {@link #over(MemorySource, PoolOptions)}, with default options. */
    static MemoryPool over(MemorySource source) {
        return over(source, PoolOptions.defaults());
    }

    /**
     * Opens a pool over memory of another library: the source's memory is the pool's segments.
     *
     * <p>All that a pool does works here, except: {@linkplain PoolOptions#virtualMemory() nothing is mapped}, and
     * {@linkplain AllocationRequest#shareable() shareable} requests throw {@link UnsupportedOperationException}. Streams,
     * views and clears are the device's. What the pool reserves counts on the device's accounts and limits; so memory that the
     * source takes from another pool of Quarry counts twice: use {@link #child} there. What the source does not take back at the
     * end stays its own, and {@link #close} throws.
     *
     * <p>The pool closes with the {@link Quarry} that its device belongs to, before pools that were opened earlier.
     *
     * @throws IllegalArgumentException if the source's device is not one of Quarry's, or does not offer its kind
     * @throws IllegalStateException if the device is closed
     * @throws DeviceOutOfMemoryException if the options ask for initial memory that is not there
     */
    static MemoryPool over(MemorySource source, PoolOptions options) {
        return Quarry.openOver(source, options);
    }

    /** Returns the name used in reports and metrics. */
    String name();

    /** Returns the device. */
    Device device();

    /** Returns the kind of memory. */
    MemoryKind kind();

    /** Returns the options in force. */
    PoolOptions options();

    /**
     * Allocates in the pool's default order: the host's where the memory is host-accessible, else the device's default
     * stream.
     *
     * @param bytes one or more
     * @throws IllegalArgumentException if {@code bytes} is not positive, or overflows when rounded
     * @throws IllegalStateException if the pool is closed
     * @throws DeviceOutOfMemoryException if the limit or the device does not allow it
     */
    Allocation allocate(long bytes);

    /**
     * Allocates in the order of a stream.
     *
     * @param bytes one or more
     * @param stream a stream of this pool's device
     * @throws IllegalArgumentException as {@link #allocate(long)}, or if the stream is another device's
     * @throws IllegalStateException if the pool or the stream is closed
     * @throws DeviceOutOfMemoryException if the limit or the device does not allow it
     */
    Allocation allocate(long bytes, Stream stream);

    /** Allocates what a request describes; errors as {@link #allocate(long, Stream)}. */
    Allocation allocate(AllocationRequest request);

    /** Allocates, or returns nothing where {@link #allocate(long)} would be out of memory; calls no handler. */
    default Optional<Allocation> tryAllocate(long bytes) {
        return tryAllocate(AllocationRequest.of(bytes));
    }

    /** Allocates, or returns nothing where {@link #allocate(AllocationRequest)} would be out of memory; calls no handler. */
    Optional<Allocation> tryAllocate(AllocationRequest request);

    /**
     * Allocates, and waits for others to free where there is not enough, after the out-of-memory handler was asked once.
     * What is above the limits in force at the call, whatever others free, is refused at once: for a limit that may rise later
     * nobody waits.
     *
     * <p>Those who wait are served in the order of their arrival, whatever they ask for: no small request overtakes a large one
     * that came before it. Only one that its child pool's limit holds back lets those pass whom that limit does not bind.
     * Requests that do not wait ({@code allocate}, {@code tryAllocate}) do not queue. A free in this pool, a changed limit and
     * a child's close wake those who wait; memory that other pools and processes give back, or that work on a device no longer
     * uses, is found within 10 ms. Waits for the device are that short too, whatever {@code max-stall} allows.
     *
     * @param atMost how long to wait; a negative time counts as zero
     * @throws InterruptedException if interrupted before or while waiting, also where there is memory at once; nothing is
     *     held then
     * @throws DeviceOutOfMemoryException if the time is over
     */
    default Allocation acquire(long bytes, Duration atMost) throws InterruptedException {
        return acquire(AllocationRequest.of(bytes), atMost);
    }

    /** As {@link #acquire(long, Duration)}, for a request. */
    Allocation acquire(AllocationRequest request, Duration atMost) throws InterruptedException;

    /** Allocates without blocking the caller; as {@link #allocateAsync(AllocationRequest, Duration)}, for at most a minute. */
    default CompletableFuture<Allocation> allocateAsync(long bytes) {
        return allocateAsync(AllocationRequest.of(bytes).viewSafety(ViewSafety.SHARED), Duration.ofMinutes(1));
    }

    /**
     * Allocates without blocking the caller, waiting as {@link #acquire} does. The future fails with
     * {@link DeviceOutOfMemoryException} when the time is over. An allocation that arrives after the future was cancelled
     * is given back. Cancel the future returned here: cancelling one that depends on it does not reach the waiting request.
     * A bad request throws here and not in the future. The view is {@linkplain ViewSafety#SHARED shared} unless the request names another.
     */
    CompletableFuture<Allocation> allocateAsync(AllocationRequest request, Duration atMost);

    /**
     * Allocates several, close together where possible: all or, on any failure, none.
     *
     * @return the allocations, in the order of the sizes
     */
    List<Allocation> allocateAll(long... bytes);

    /** Allocates several as {@link #allocateAll(long...)}, in the order of a stream. */
    List<Allocation> allocateAll(Stream stream, long... bytes);

    /**
     * Makes sure that {@code count} allocations of {@code bytes} can be served without the driver. What is above the limits
     * in force is refused at once.
     *
     * @throws DeviceOutOfMemoryException if there is not enough memory; nothing is held then, and what was reserved stays
     */
    void warmUp(long bytes, int count);

    /**
     * Gives all memory back to the driver that nobody uses and no pending work can touch. Does not wait.
     *
     * @return bytes given back
     */
    long trim();

    /**
     * As {@link #trim()}, for memory that has been unused for at least {@code idle}.
     *
     * <p>Where memory falls out of use in quick succession (eight times in a row within a millisecond of the time before), the
     * next 248 times are not noted, however late, unless a trim comes between: what is not timed counts as unused from the first
     * call of this method that finds it so. So does, of mapped memory, what a call finds free, unless nothing was freed in the
     * same range of addresses for longer; what a stream's cache kept; and what {@link #compact()} gathered, from then on.
     *
     * @throws IllegalArgumentException if {@code idle} is negative
     */
    long trim(Duration idle);

    /**
     * Makes free memory usable as one piece. No allocation is moved, and none changes its contents.
     *
     * <p>Caches are emptied, memory of all streams whose last use is complete is taken, and neighbours merge. Then, where the pool
     * maps memory ({@link PoolOptions#virtualMemory()}), each handle of physical memory that lies whole under free memory is
     * unmapped and gathered; what lies at the end of the addresses already stays. Gathered memory stays reserved and counts as
     * free. Requests that find no free block map it where they lack it, before memory is taken from the driver: a single one may
     * have all of it. {@link #trim()} gives it back. Where the pool does not map memory, segments that nobody uses are given
     * back, as {@link #trim()} does.
     *
     * <p>What stays as it is: handles that an allocation lies on, if only with a part; memory that work on a stream may still use
     * (this method does not wait: synchronize the streams first to have it too); shareable allocations.
     *
     * <p>Costs a call of the driver for each handle that is unmapped, and one later when it is mapped again; nothing if there is
     * nothing to gather. Thread-safe: others go on allocating what is free and freeing; those who need the driver wait. If the
     * driver fails to unmap a handle, this is logged and the handle stays where it is.
     *
     * @return bytes gathered, and those given back
     * @throws IllegalStateException if the pool is closed
     */
    long compact();

    /**
     * Gives memory back to this pool whose handle was lost: which the garbage collector took, with all views of it, before a
     * {@code close}. {@link PoolOptions#reclaim()} says which allocations are watched for that. The memory is reused behind
     * all work that is enqueued by now. Waits neither for that nor for the collector.
     *
     * <p>Allocations that run short, and {@link #trim()}, do the same by themselves. This method does not start a collection:
     * whoever wants one calls {@code System.gc()} before. The collector tells what it found a moment later, and of an object
     * that has been there for long only after a full collection.
     *
     * @return bytes of the blocks that came back; they still may have to wait for work that is under way
     * @throws IllegalStateException if the pool is closed
     */
    long collect();

    /**
     * Opens a pool that takes its memory from this one and accounts for it separately.
     *
     * <p>Limit and reservation count allocated bytes. A reservation is kept from all others, this pool's other children and
     * allocations made directly from this pool: it counts bytes, so that they are there, though perhaps in pieces, or work
     * on streams has to be waited for. It is a part of this pool's limit, and takes nothing from the device. A child that is
     * out of its own limit calls no out-of-memory handler. Both can be {@linkplain #resize changed}.
     *
     * <p>Of the child's {@linkplain #statistics() statistics}, its own are the open allocations (without a peak), the
     * allocated bytes with their peak, which stand for the reserved ones too, and the refusals by its limit or one above
     * it; its children's allocations are included. The largest free block is that of the pool over the driver; all else
     * reads 0. The {@linkplain #options() options} are that pool's, a {@linkplain #trim() trim} or {@link #compact()} through the
     * child is one of that pool, and {@link #reconfigure} throws {@link UnsupportedOperationException}.
     *
     * <p>Closing the child needs all its allocations closed, and its children's; only what its {@link #segmentAllocator}
     * gave ends with it. Closing this pool closes the child: what it has allocated stays valid, as this pool's does.
     *
     * @param name as reports show it
     * @param reservation bytes kept for the child, zero or more
     * @param limit bytes that the child may use, at least 1 and at least {@code reservation}
     * @throws IllegalArgumentException if reservation or limit is out of these bounds
     * @throws DeviceOutOfMemoryException if the reservation does not fit beside what this pool's other children have allocated
     *     or reserve, and what is allocated directly, into this pool's limit, that of a pool above it, or the device's
     *     memory. Neither what other pools hold nor a {@linkplain Device#limit limit of the device} counts: a reservation
     *     takes nothing
     */
    MemoryPool child(String name, long reservation, long limit);

    /**
     * Opens a private pool with this pool's options, no initial memory, and the name of this pool followed by
     * {@code /private}; as {@link #privatePool(PoolOptions)}.
     */
    MemoryPool privatePool();

    /**
     * Opens a private pool: of this pool's device, kind and source of memory, with segments of its own, for the work that a
     * graph captures.
     *
     * <p>A graph uses the same addresses each time it is launched, and no pool hears of that. So a private pool gives nothing
     * back before it is closed: {@link #trim()}, {@link #compact()} and {@link #collect()} return 0, and a limit that is
     * lowered only refuses more. Nothing is recorded on a stream, no stream or event is waited for or asked, whether it
     * captures or not. What one stream freed is reused by that stream only; what was freed in the host's order, and what
     * {@link #warmUp} prepared, by any; what of that lies beside memory that a stream freed
     * joins it when that stream lacks memory. What
     * several streams or events would have to pass is not reused.
     *
     * <p>How to use it: {@linkplain #warmUp warm it up} before the capture, so that the driver is not asked in it; allocate
     * from it for the captured work only, in the order of the capturing stream, and free in that order; close it when the
     * graph is destroyed and its last launch is complete. Graphs that were captured on one stream share what they freed, so
     * they must not run at the same time; graphs captured on different streams share nothing.
     *
     * <p>Its options are those given, without {@link PoolOptions#virtualMemory()}, without {@link PoolOptions#reclaim()}
     * (lost handles are only reported), and of the {@linkplain PoolOptions#ladder() ladder} only the steps
     * {@code drain-caches}, {@code merge}, {@code other-segments}, {@code other-pools} and {@code handler}. Shareable requests throw
     * {@link UnsupportedOperationException}, {@linkplain Device#borrowStream borrowed} streams
     * {@link IllegalArgumentException}. Closing it while a stream that it knows captures throws
     * {@link IllegalStateException} and changes nothing. Closing this pool does not close it; the {@link Quarry} does.
     *
     * @param options its options; without a name it gets this pool's, followed by {@code /private}
     * @throws IllegalArgumentException if memory is to be {@linkplain PoolOptions#clearOnFree() cleared} when freed
     * @throws IllegalStateException if this pool is closed
     * @throws UnsupportedOperationException if this is a {@linkplain #child child} pool: a limit of it would not bind
     * @throws DeviceOutOfMemoryException if the options ask for initial memory that is not there
     */
    MemoryPool privatePool(PoolOptions options);

    /**
     * Changes the reservation and limit of a {@linkplain #child child} pool.
     *
     * <p>A limit below what is allocated refuses more until enough was freed; nothing in use is touched.
     *
     * @param reservation bytes kept for the child, zero or more
     * @param limit bytes that the child may use, at least 1 and at least {@code reservation}
     * @throws IllegalArgumentException if reservation or limit is out of these bounds
     * @throws DeviceOutOfMemoryException if the reservation does not fit, for one of the reasons of {@link #child}; nothing
     *     has changed then
     * @throws IllegalStateException if the child is closed
     * @throws UnsupportedOperationException if this is no child pool: see {@link #reconfigure}
     */
    void resize(long reservation, long limit);

    /**
     * Opens an arena that takes memory from this pool, with the protection of the pool's options.
     *
     * <p>The arena cuts its allocations out of blocks, so that small ones cost little. It obeys the contract of
     * {@link Arena}: allocations do not overlap, zero sizes are valid, and a second close throws. Contents are not cleared.
     * An alignment above 2 MiB, which a request cannot ask for, takes up to as many bytes more.
     *
     * @throws UnsupportedOperationException if the pool's memory is not host-accessible
     */
    Arena arena();

    /** Opens an arena as {@link #arena()}, with a protection of its own. */
    Arena arena(ViewSafety viewSafety);

    /**
     * Returns an allocator for code that takes one, jextract's for instance. Its memory lives until the pool closes: use
     * {@link #arena()} for memory that is given back earlier. Use of it after that throws, unless the pool closed with
     * allocations open: then after the last of them was closed.
     *
     * @throws UnsupportedOperationException if the pool's memory is not host-accessible
     */
    SegmentAllocator segmentAllocator();

    /** Counts what the pool holds, at one moment, without stopping it. */
    MemoryStatistics statistics();

    /**
     * Puts other options in force.
     *
     * <p>A limit below what is reserved stops growth. What nobody uses is given back at once; nothing in use is touched, and
     * nothing more is allocated until that would be below the limit. What is freed later is given back on the way of later
     * allocations, or by a trim.
     *
     * @throws IllegalArgumentException if an option that is fixed at opening (name, view safety) would change
     */
    void reconfigure(PoolOptions options);

    /** Returns whether {@link #close()} was not called yet: neither here nor, for a child, on a pool above it. */
    boolean isOpen();

    /**
     * Ends allocation and gives the memory back.
     *
     * <p>Waits on the host, for as long as it takes, until the work that may use the memory is complete. One event for each stream
     * that freed memory covers all that is enqueued there by then, so work is waited for too that came later and does not use it.
     *
     * <p>With allocations still open, they are reported as leaks in the log, stay valid, and can still be closed; the last
     * one gives the memory back, and waits in place of this method.
     *
     * <p>A {@linkplain #child child} with open allocations stays open instead. One whose parent is closed already may be
     * closed, once its allocations are, and need not be.
     *
     * @throws IllegalStateException if it was closed before; or for a child with open allocations, or whose
     *     {@link #segmentAllocator} gave memory that native code uses at this moment: nothing has changed then
     * @throws dev.quarry.spi.DriverException if the driver, or the source, did not take all memory back, asked up to four times:
     *     the pool is closed all the same, nobody asks again, and that memory counts on the device's accounts until the
     *     {@link Quarry} is closed. The close of a last allocation logs this instead
     */
    @Override
    void close();
}
