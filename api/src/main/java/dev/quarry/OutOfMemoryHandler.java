package dev.quarry;

/**
 * A user's chance to free memory before an allocation fails.
 *
 * <p>Called by the thread that allocates, with no lock of the pool held. Allocations made by the handler skip the
 * handler. Allocations that it closes should have {@linkplain ViewSafety#SHARED shared} views: a confined one that another
 * thread made cannot be closed here.
 *
 * <p>What it throws reaches the caller of {@code allocate}, with the out-of-memory exception as suppressed. So it should
 * throw a new object each time: one that is kept and thrown again collects a suppressed exception per call.
 */
@FunctionalInterface
public interface OutOfMemoryHandler {
    /**
     * Frees what can be spared.
     *
     * @param report what was asked for and where the memory is
     * @return whether to search once more; ignored if no bytes came free since the last attempt
     */
    boolean onOutOfMemory(OutOfMemoryReport report);
}
