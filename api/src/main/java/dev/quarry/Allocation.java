package dev.quarry;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The owning handle of a piece of memory.
 *
 * <p>Exactly one of the {@code close} methods is called, once. The memory is then reused in the order that the method
 * names: nothing waits, and no later holder sees work that was enqueued before the close. Only the last close of a pool that is
 * closed already gives memory back to the driver, and waits as {@link MemoryPool#close()} does. What happens before the close
 * in the closing thread happens before the next holder gets the memory.
 *
 * <p>Thread-safe, except that a {@linkplain ViewSafety#CONFINED confined} view belongs to one thread.
 */
public interface Allocation extends AutoCloseable {
    /**
     * Returns the first byte's address, in the address space that the memory's kind has. The number keeps nothing alive: whoever
     * uses it holds this handle until the work is enqueued, and closes it, since the memory of a lost handle may be
     * {@linkplain PoolOptions#reclaim() reclaimed}.
     *
     * @throws IllegalStateException if the allocation is closed: the address may be another's by now
     */
    long address();

    /** Returns the number of bytes asked for. */
    long byteSize();

    /** Returns the kind of this memory. */
    MemoryKind kind();

    /** Returns the stream in whose order this memory was allocated, or {@code null} for host order. */
    @Nullable
    Stream stream();

    /** Returns the pool that the memory came from. */
    MemoryPool pool();

    /** Returns whether no {@code close} succeeded yet. */
    boolean isOpen();

    /**
     * Returns the memory as a segment.
     *
     * <p>Host-accessible kinds give a segment of {@link #byteSize()} bytes under the allocation's {@link ViewSafety};
     * others a zero-length one at {@link #address()}, so that Java cannot dereference it. Contents are not cleared unless
     * asked for. A segment and its slices keep memory from being {@linkplain PoolOptions#reclaim() reclaimed}. With stream order, host access is legal once the stream has passed the allocation.
     *
     * @throws IllegalStateException if the allocation is closed
     * @throws WrongThreadException if the view is confined and another thread made it first
     * @throws UnsupportedOperationException if the device has no memory behind its addresses (a simulated one)
     */
    MemorySegment segment();

    /**
     * Says that work on another stream uses this memory, until the allocation closes: the memory is not reused before
     * that stream has passed the close.
     *
     * @throws IllegalArgumentException if the stream belongs to another device
     * @throws IllegalStateException if the allocation or the stream is closed
     */
    void usedOn(Stream stream);

    /**
     * Frees the memory in the order in which it was allocated.
     *
     * <p>Not idempotent, as {@link java.lang.foreign.Arena#close()} is not and for its reason: a second close is a bug
     * that should not stay hidden.
     *
     * @throws IllegalStateException if the allocation was closed before
     * @throws WrongThreadException if a confined view belongs to another thread; nothing has changed then
     */
    @Override
    void close();

    /**
     * Frees the memory in the order of a stream, instead of the one in which it was allocated: the caller has ordered
     * all work on this memory before the present end of {@code stream}.
     *
     * @throws IllegalArgumentException if the stream belongs to another device
     * @throws IllegalStateException if the allocation was closed before, or the stream is closed
     * @throws WrongThreadException as {@link #close()}
     */
    void close(Stream stream);

    /**
     * Frees the memory in the order in which it was allocated, and not before some events are reached. The events may be
     * closed afterwards.
     *
     * @throws IllegalArgumentException if an event belongs to another device
     * @throws IllegalStateException if the allocation was closed before, or an event is closed
     * @throws WrongThreadException as {@link #close()}
     */
    void closeAfter(Event... events);
}
