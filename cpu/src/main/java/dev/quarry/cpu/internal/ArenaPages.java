package dev.quarry.cpu.internal;

import dev.quarry.MemoryKind;
import dev.quarry.spi.DriverOutOfMemoryException;
import java.lang.foreign.Arena;
import java.util.Set;

/**
 * Pages from one shared arena of the JDK: the way that works on every platform.
 *
 * <p>The arena cannot give memory back in part without making addresses invalid, so what was taken stays taken until the
 * end, and is reused only. There is no page-locked memory.
 */
final class ArenaPages implements HostPages {
    /** Not the machine's page, which cannot be asked for here, but a step that serves as one. */
    private static final long PAGE_SIZE = 4096;

    private final Arena arena = Arena.ofShared();
    private final String reason;

    /**
     * Makes one.
     *
     * @param reason why nothing better is used
     */
    ArenaPages(String reason) {
        this.reason = reason;
    }

    @Override
    public long pageSize() {
        return PAGE_SIZE;
    }

    @Override
    public Set<MemoryKind> kinds() {
        return Set.of(MemoryKind.HOST);
    }

    @Override
    public String description() {
        return "portable: an arena of the JDK, without page-locked memory, because " + reason;
    }

    @Override
    public long map(long bytes) {
        try {
            return arena.allocate(bytes, PAGE_SIZE).address();
        } catch (OutOfMemoryError e) {
            DriverOutOfMemoryException failure =
                    new DriverOutOfMemoryException("Arena.allocate", bytes + ", " + PAGE_SIZE, -1, e.toString());
            failure.initCause(e);
            throw failure;
        }
    }

    @Override
    public boolean canReserve() {
        return false;
    }

    @Override
    public long reserve(long bytes) {
        throw new UnsupportedOperationException("an arena of the JDK cannot reserve addresses without memory");
    }

    @Override
    public void open(long address, long bytes) {
        throw new UnsupportedOperationException("an arena of the JDK cannot reserve addresses without memory");
    }

    @Override
    public void discard(long address, long bytes) {
        // Kept for reuse: an arena ends as a whole.
    }

    @Override
    public void lock(long address, long bytes) {
        throw new UnsupportedOperationException("an arena of the JDK cannot lock pages");
    }

    @Override
    public void unlock(long address, long bytes) {
        throw new UnsupportedOperationException("an arena of the JDK cannot lock pages");
    }

    @Override
    public void close() {
        arena.close();
    }
}
