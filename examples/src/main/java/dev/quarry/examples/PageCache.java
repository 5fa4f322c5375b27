package dev.quarry.examples;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import dev.quarry.OutOfMemoryHandler;
import dev.quarry.OutOfMemoryReport;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Pages that are kept as long as nobody else needs their memory. The pool calls it in the thread that lacks memory, so
 * the views of the pages must not be confined to the threads that used them.
 */
final class PageCache implements OutOfMemoryHandler, AutoCloseable {
    private final Queue<Allocation> pages = new ConcurrentLinkedQueue<>();

    void fill(MemoryPool pool, long pageBytes, int count) {
        for (int page = 0; page < count; page++) {
            pages.add(pool.allocate(pageBytes));
        }
    }

    /** Drops one page; the pool calls again if that was not enough. */
    @Override
    public boolean onOutOfMemory(OutOfMemoryReport report) {
        Allocation page = pages.poll();
        if (page == null) {
            return false;
        }
        page.close();
        return true;
    }

    @Override
    public void close() {
        pages.forEach(Allocation::close);
        pages.clear();
    }
}
