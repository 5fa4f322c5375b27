package dev.quarry;

import java.util.OptionalLong;

/**
 * Memory of another library, for {@link MemoryPool#over(MemorySource)}: a library's allocator that a program has to use, a
 * region that is reserved already, memory with a property that the device's plugin does not offer.
 *
 * <p>A pool asks for segments, which are large, and cuts them itself. Streams, views, clears and copies stay with the device's
 * plugin: so the memory must be such as that plugin can work on, of the source's kind.
 *
 * <p>A pool calls from whichever thread needs memory, also one that needs it of another pool of the device, one at a time; a
 * source for several pools must be thread-safe. It must not use a pool that is over it.
 */
public interface MemorySource {
    /** Returns the device that the memory belongs to; always the same. */
    Device device();

    /** Returns the kind of the memory, one of the device's; always the same. */
    MemoryKind kind();

    /**
     * Takes memory. It is the pool's alone until {@link #free}, and no work touches it.
     *
     * <p>A pool that is refused tries smaller sizes, then what it has. Whatever this method throws reaches whoever asked the
     * pool for memory; the pool goes on and has lost nothing.
     *
     * @param bytes a positive number
     * @param alignment a power of two, at most 2 MiB
     * @return the address, positive and a multiple of the alignment; empty if there is not enough memory, and for no other
     *     reason. A pool refuses an address that is none or that lies in memory it has already: the request fails with
     *     {@link IllegalStateException}, and the memory stays the source's: the pool neither uses it nor gives it back
     */
    OptionalLong allocate(long bytes, long alignment);

    /**
     * Gives memory back. All work on it is complete.
     *
     * <p>If this method throws, the memory counts as still taken: the pool keeps it, and tries again at a later trim or its
     * end. There it asks up to four times in all; what is refused then it does not ask for again, and {@link MemoryPool#close}
     * fails with what was thrown as the cause.
     *
     * @param address as returned by {@link #allocate}
     * @param bytes as asked for then
     */
    void free(long address, long bytes);

    /**
     * Tells how much there is; the device's figures unless overridden.
     *
     * <p>The total is read when the pool opens and when its options change: {@link PoolOptions#memoryFraction()} is a part of it.
     * Once a segment would bring the pool above seven eighths of the total, or of its limit if that is less, it asks what is free
     * first, and takes no more than that. Below that it asks for what its growth says, also if less is free: {@link #allocate} has to
     * answer that there is not enough, and smaller sizes are tried. Called often while memory is short, and by reports from any
     * thread at any time.
     */
    default MemoryInfo memory() {
        return device().memory(kind());
    }
}
