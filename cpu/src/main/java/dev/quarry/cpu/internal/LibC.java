package dev.quarry.cpu.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Bindings of the C library's memory functions on Linux: one method for each function, and no policy.
 *
 * <p>The constants are those of x86-64 and AArch64, which agree on all of them. Every method takes the segment into
 * which {@code errno} is saved, made by {@link #errnoSegment}. The class fails to initialize where a symbol is missing
 * or native access is denied; only {@link HostAccess} touches it first.
 */
final class LibC {
    /** Pages may not be touched; the kernel sets no memory aside for them. */
    static final int PROT_NONE = 0x0;

    /** Pages may be read. */
    static final int PROT_READ = 0x1;

    /** Pages may be written. */
    static final int PROT_WRITE = 0x2;

    /** Writes are seen by this process alone. */
    static final int MAP_PRIVATE = 0x02;

    /** No file behind the pages; they read as zeros. */
    static final int MAP_ANONYMOUS = 0x20;

    /** No swap space is set aside; memory is committed page by page, when first written. */
    static final int MAP_NORESERVE = 0x4000;

    /** Gives the pages back; the range stays mapped and reads as zeros. */
    static final int MADV_DONTNEED = 4;

    /** Asks for huge pages where they fit. */
    static final int MADV_HUGEPAGE = 14;

    /** The process' own policy for memory nodes. */
    static final int MPOL_DEFAULT = 0;

    /** One node first. */
    static final int MPOL_PREFERRED = 1;

    /** Some nodes only. */
    static final int MPOL_BIND = 2;

    /** Some nodes in turn. */
    static final int MPOL_INTERLEAVE = 3;

    /** The bytes of a page. */
    static final int SC_PAGESIZE = 30;

    /** What {@code mmap} returns when it fails. */
    static final long MAP_FAILED = -1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle MMAP =
            function("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = function("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MPROTECT = function("mprotect", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle MADVISE = function("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle MLOCK = function("mlock", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MUNLOCK = function("munlock", JAVA_INT, JAVA_LONG, JAVA_LONG);
    /** The C library has no {@code mbind}; libnuma has, but is not on every machine. */
    private static final long MBIND = System.getProperty("os.arch", "").equals("aarch64") ? 235 : 237;

    private static final MethodHandle SYSCALL = variadic(
            "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SYSCONF = function("sysconf", JAVA_LONG, JAVA_INT);

    private LibC() {}

    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                symbol(name), FunctionDescriptor.of(result, arguments), Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle variadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                symbol(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(fixed));
    }

    private static MemorySegment symbol(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no function " + name));
    }

    /** Makes a segment into which the functions here save {@code errno}. */
    static MemorySegment errnoSegment(Arena arena) {
        return arena.allocate(CALL_STATE);
    }

    /** Returns the {@code errno} that the last call saved; meaningful if it failed. */
    static int errno(MemorySegment callState) {
        return (int) ERRNO.get(callState, 0L);
    }

    /** Maps pages without a file behind them, at an address of the kernel's choice; {@link #MAP_FAILED} if it fails. */
    static long mmap(MemorySegment callState, long bytes, int protection, int flags) {
        try {
            return (long) MMAP.invokeExact(callState, 0L, bytes, protection, flags, -1, 0L);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Ends mappings; any access to them crashes from now on. Returns 0, or -1 if it fails. */
    static int munmap(MemorySegment callState, long address, long bytes) {
        try {
            return (int) MUNMAP.invokeExact(callState, address, bytes);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Changes what may be done with pages. Returns 0, or -1 if it fails, perhaps after it changed a part. */
    static int mprotect(MemorySegment callState, long address, long bytes, int protection) {
        try {
            return (int) MPROTECT.invokeExact(callState, address, bytes, protection);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Advises the kernel about pages. Returns 0, or -1 if it fails. */
    static int madvise(MemorySegment callState, long address, long bytes, int advice) {
        try {
            return (int) MADVISE.invokeExact(callState, address, bytes, advice);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Brings pages into memory and keeps them there. Returns 0, or -1 if it fails. */
    static int mlock(MemorySegment callState, long address, long bytes) {
        try {
            return (int) MLOCK.invokeExact(callState, address, bytes);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Lets pages be swapped out again. Returns 0, or -1 if it fails. */
    static int munlock(MemorySegment callState, long address, long bytes) {
        try {
            return (int) MUNLOCK.invokeExact(callState, address, bytes);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * Says on which memory nodes the pages of a range are to be taken. Returns 0, or -1 if it fails.
     *
     * @param mask the nodes, a bit each, from the lowest of the first word on
     * @param bits one more than the mask has
     */
    static long mbind(MemorySegment callState, long address, long bytes, int mode, MemorySegment mask, long bits) {
        try {
            return (long) SYSCALL.invokeExact(callState, MBIND, address, bytes, (long) mode, mask, bits, 0L);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Returns a figure of the system's, or -1 if it has none. */
    static long sysconf(MemorySegment callState, int name) {
        try {
            return (long) SYSCONF.invokeExact(callState, name);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Returns what to throw where a C function threw, which it cannot; what the JVM throws on the way stays as it is. */
    static AssertionError unexpected(Throwable t) {
        if (t instanceof Error error) {
            throw error;
        }
        return new AssertionError("a C function cannot throw", t);
    }
}
