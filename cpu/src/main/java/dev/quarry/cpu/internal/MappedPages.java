package dev.quarry.cpu.internal;

import dev.quarry.MemoryKind;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Pages from anonymous private mappings of Linux, and the one place where results of the C library are checked.
 *
 * <p>Pages are committed when first written. They go back by {@code MADV_DONTNEED}, which keeps the range mapped: it
 * reads as zeros then.
 */
final class MappedPages implements HostPages {
    private static final Set<MemoryKind> KINDS =
            Collections.unmodifiableSequencedSet(new LinkedHashSet<>(List.of(MemoryKind.HOST, MemoryKind.PINNED)));

    /** From this size on, a plain mapping can hold a huge page. */
    private static final long HUGE_PAGE_SIZE = 2L << 20;

    private final long pageSize;
    private final LockLimit lockLimit;
    private final boolean hugePages;
    private final MemoryPolicy policy;
    private final ReentrantLock lock = new ReentrantLock();

    /** All that was ever mapped. Guarded by {@link #lock}. */
    private final List<Mapping> mappings = new ArrayList<>();

    private record Mapping(long address, long bytes) {}

    /**
     * Makes one.
     *
     * @param hugePages whether to ask for huge pages; those who do not write much would take more memory with them
     * @param policy on which memory nodes pages are taken
     */
    MappedPages(LockLimit lockLimit, boolean hugePages, MemoryPolicy policy) {
        this.lockLimit = lockLimit;
        this.hugePages = hugePages;
        this.policy = policy;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LibC.errnoSegment(arena);
            this.pageSize = done("sysconf", "_SC_PAGESIZE", LibC.sysconf(state, LibC.SC_PAGESIZE), state);
        }
    }

    @Override
    public long pageSize() {
        return pageSize;
    }

    @Override
    public Set<MemoryKind> kinds() {
        return KINDS;
    }

    @Override
    public String description() {
        return "anonymous mappings of the C library, pages of " + pageSize + " B"
                + (hugePages ? ", and huge ones asked for" : "")
                + (policy.isSystem() ? "" : ", on memory nodes by " + policy);
    }

    @Override
    public long map(long bytes) {
        return map(bytes, LibC.PROT_READ | LibC.PROT_WRITE, "PROT_READ|PROT_WRITE");
    }

    @Override
    public boolean canReserve() {
        return true;
    }

    /** Takes addresses without access to them, which count nowhere, even where the kernel overcommits nothing. */
    @Override
    public long reserve(long bytes) {
        return map(bytes, LibC.PROT_NONE, "PROT_NONE");
    }

    private long map(long bytes, int protection, String name) {
        long address;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LibC.errnoSegment(arena);
            int flags = LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE;
            address = LibC.mmap(state, bytes, protection, flags);
            if (address == LibC.MAP_FAILED) {
                String arguments = "NULL, " + bytes + ", " + name + ", MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0";
                throw outOfMemory("mmap", arguments, LibC.errno(state));
            }
            if (hugePages && bytes >= HUGE_PAGE_SIZE) {
                // Advice: where the kernel takes none, the pages are as good as without it.
                LibC.madvise(state, address, bytes, LibC.MADV_HUGEPAGE);
            }
        }
        lock.lock();
        try {
            mappings.add(new Mapping(address, bytes));
        } finally {
            lock.unlock();
        }
        policy.set(address, bytes);
        return address;
    }

    @Override
    public void open(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LibC.errnoSegment(arena);
            if (LibC.mprotect(state, address, bytes, LibC.PROT_READ | LibC.PROT_WRITE) != 0) {
                throw outOfMemory("mprotect", range(address, bytes) + ", PROT_READ|PROT_WRITE", LibC.errno(state));
            }
        }
    }

    private static DriverException outOfMemory(String function, String arguments, int errno) {
        return errno == Errno.ENOMEM.number()
                ? new DriverOutOfMemoryException(function, arguments, errno, Errno.describe(errno))
                : new DriverException(function, arguments, errno, Errno.describe(errno));
    }

    @Override
    public void discard(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LibC.errnoSegment(arena);
            int result = LibC.madvise(state, address, bytes, LibC.MADV_DONTNEED);
            done("madvise", range(address, bytes) + ", MADV_DONTNEED", result, state);
        }
    }

    @Override
    public void lock(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LibC.errnoSegment(arena);
            if (LibC.mlock(state, address, bytes) == 0) {
                return;
            }
            int errno = LibC.errno(state);
            // The kernel may have locked a part before it ran out; whether this succeeds changes nothing for the
            // caller.
            LibC.munlock(state, address, bytes);
            throw lockLimit.notLocked(range(address, bytes), bytes, errno);
        }
    }

    @Override
    public void unlock(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LibC.errnoSegment(arena);
            done("munlock", range(address, bytes), LibC.munlock(state, address, bytes), state);
        }
    }

    @Override
    public void close() {
        List<Mapping> all;
        lock.lock();
        try {
            all = List.copyOf(mappings);
            mappings.clear();
        } finally {
            lock.unlock();
        }
        DriverException failure = null;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LibC.errnoSegment(arena);
            for (Mapping mapping : all) {
                try {
                    int result = LibC.munmap(state, mapping.address, mapping.bytes);
                    done("munmap", range(mapping.address, mapping.bytes), result, state);
                } catch (DriverException e) {
                    if (failure == null) {
                        failure = e;
                    } else {
                        failure.addSuppressed(e);
                    }
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static long done(String function, String arguments, long result, MemorySegment state) {
        if (result == -1) {
            int errno = LibC.errno(state);
            throw new DriverException(function, arguments, errno, Errno.describe(errno));
        }
        return result;
    }

    private static String range(long address, long bytes) {
        return "0x" + Long.toHexString(address) + ", " + bytes;
    }
}
