package dev.quarry.internal.pool;

import dev.quarry.MemoryInfo;
import dev.quarry.MemorySource;
import dev.quarry.QuarryException;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.VirtualMemory;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Memory of another library. What the user's code returns is checked, and what it throws while memory is given back is turned
 * into the failure of a driver, since that is what a pool keeps whole under.
 */
record SourceSupply(MemorySource source) implements MemorySupply {
    private static final int NO_CODE = -1;

    /** Whether the thread is in a source, and so may hold the gate of the pool over it. */
    private static final ThreadLocal<Boolean> ASKED = ThreadLocal.withInitial(() -> false);

    @Override
    public long allocate(SegmentRequest request) {
        OptionalLong answer = Objects.requireNonNull(
                ask(() -> source.allocate(request.bytes(), request.alignment())),
                () -> source + " returned null for an address");
        if (answer.isEmpty()) {
            throw new DriverOutOfMemoryException(
                    "MemorySource.allocate",
                    arguments(request.bytes(), request.alignment()),
                    NO_CODE,
                    "not enough memory");
        }
        long address = answer.getAsLong();
        if (address <= 0 || address % request.alignment() != 0 || address > Long.MAX_VALUE - request.bytes()) {
            throw new IllegalStateException(source + " returned the address " + hex(address) + " for " + request.bytes()
                    + " bytes (expected: a positive multiple of " + request.alignment() + "); it is not used");
        }
        return address;
    }

    /** Returns whether this thread is in a source of another pool. */
    static boolean isAsked() {
        return ASKED.get();
    }

    @Override
    public void free(long address, long bytes) {
        try {
            within(() -> {
                source.free(address, bytes);
                return address;
            });
        } catch (DriverException e) {
            throw e;
        } catch (Throwable e) {
            DriverException failure =
                    new DriverException("MemorySource.free", hex(address) + ", " + bytes, NO_CODE, "thrown: " + e);
            failure.initCause(e);
            throw failure;
        }
    }

    @Override
    public MemoryInfo memory() {
        MemoryInfo info = Objects.requireNonNull(ask(source::memory), () -> source + " returned null for its memory");
        if (info.freeBytes() < 0 || info.totalBytes() < info.freeBytes()) {
            throw new IllegalStateException(source + " says " + info + " (expected: 0 <= freeBytes <= totalBytes)");
        }
        return info;
    }

    @Override
    public Optional<VirtualMemory> virtualMemory() {
        return Optional.empty();
    }

    @Override
    public boolean isForeign() {
        return true;
    }

    /** Returns the source's name for itself, as messages show it. */
    @Override
    public String toString() {
        return source.toString();
    }

    /** Asks the source; a checked exception, which other languages throw anywhere, becomes one that callers expect. */
    private <T> T ask(Supplier<T> question) {
        try {
            return within(question);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new QuarryException(source + " threw " + e, e);
        }
    }

    private static <T> T within(Supplier<T> question) {
        boolean outer = ASKED.get();
        ASKED.set(true);
        try {
            return question.get();
        } finally {
            if (!outer) {
                ASKED.remove();
            }
        }
    }

    private static String arguments(long bytes, long alignment) {
        return bytes + ", " + alignment;
    }

    /** Returns an address as text. */
    static String hex(long address) {
        return address < 0 ? Long.toString(address) : "0x" + Long.toHexString(address);
    }
}
