package dev.quarry.cpu.internal;

import dev.quarry.MemoryKind;
import java.util.Set;

/**
 * A source of zeroed pages whose addresses stay valid until all of them end together.
 *
 * <p>Nothing here ever makes one address invalid while the source is open, because a view that outlived its allocation
 * may still read it; what was only reserved becomes valid when it is opened. Thread-safe.
 */
interface HostPages extends AutoCloseable {
    /** Returns the step of addresses and sizes in bytes, a power of two. */
    long pageSize();

    /** Returns the kinds of memory whose pages can be had, the usual one first. */
    Set<MemoryKind> kinds();

    /** Returns how pages are had, for people to read. */
    String description();

    /**
     * Takes pages.
     *
     * @param bytes a positive multiple of the page size
     * @return their address, a multiple of the page size
     * @throws dev.quarry.spi.DriverOutOfMemoryException if there is not enough
     */
    long map(long bytes);

    /** Returns whether addresses can be had without memory behind them: {@link #reserve} and {@link #open}. */
    boolean canReserve();

    /**
     * Takes addresses alone, which cannot be read nor written before they are opened.
     *
     * @param bytes a positive multiple of the page size, as many times the machine's memory as there are addresses
     * @return their address, a multiple of the page size
     * @throws dev.quarry.spi.DriverOutOfMemoryException if there is no such range of addresses
     * @throws UnsupportedOperationException if {@link #canReserve()} says no
     */
    long reserve(long bytes);

    /**
     * Makes reserved addresses readable and writable for good; does nothing for those that are.
     *
     * @throws dev.quarry.spi.DriverOutOfMemoryException if there is not enough; some may be open then
     */
    void open(long address, long bytes);

    /** Gives the memory behind pages back where that is possible; their addresses stay readable and writable. */
    void discard(long address, long bytes);

    /**
     * Brings pages into memory and keeps them there.
     *
     * @throws dev.quarry.spi.DriverOutOfMemoryException if there is not enough, or a limit forbids it; no page is locked
     * @throws UnsupportedOperationException if {@link #kinds()} has no page-locked memory
     */
    void lock(long address, long bytes);

    /** Ends {@link #lock}. */
    void unlock(long address, long bytes);

    /** Ends all pages; later access to them crashes. Called once. */
    @Override
    void close();
}
