package dev.quarry.internal.pool;

import dev.quarry.LadderStep;
import dev.quarry.PoolOptions;
import dev.quarry.Reclaim;
import dev.quarry.spi.VirtualMemory;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a pool is beside its options, fixed when it opens: where its memory comes from, and whether it is private.
 *
 * <p>A private pool serves streams that capture graphs. A graph uses the same addresses each time it is launched, of which the
 * pool hears nothing. So until it closes it gives no segment back, nothing that one stream freed goes to another, and no
 * stream or event is asked anything: a stream may begin to capture at any moment, and some drivers end every capture of the
 * process if another stream is asked the wrong thing.
 *
 * @param supply where memory comes from
 * @param isPrivate whether streams that capture graphs are served
 */
record Backing(MemorySupply supply, boolean isPrivate) {
    /**
     * The steps that a private pool never takes: they ask its streams, hand memory over, or give it back. What merges there is
     * what one stream freed, and what nobody used yet; other pools give back what is theirs.
     */
    static final Set<LadderStep> NEVER_PRIVATE = EnumSet.complementOf(EnumSet.of(
            LadderStep.DRAIN_CACHES,
            LadderStep.MERGE,
            LadderStep.OTHER_SEGMENTS,
            LadderStep.OTHER_POOLS,
            LadderStep.HANDLER));

    /** Returns how memory can be mapped, where the pool does that: what is mapped by handles could be moved. */
    Optional<VirtualMemory> virtualMemory() {
        return isPrivate ? Optional.empty() : supply.virtualMemory();
    }

    /**
     * Throws if there is no shareable memory here.
     *
     * @throws UnsupportedOperationException naming what to use instead
     */
    void checkShareable(String pool) {
        if (isPrivate || supply.isForeign()) {
            throw new UnsupportedOperationException("pool \"" + pool + "\" has no shareable memory: "
                    + (isPrivate
                            ? "it is private, and such memory goes back to the driver when it is freed"
                            : "that comes from the device's driver")
                    + ". Ask a pool that Quarry.openPool opened");
        }
    }

    /**
     * Returns options as they are in force over this.
     *
     * @throws IllegalArgumentException if a private pool is to clear what is freed
     */
    PoolOptions inForce(PoolOptions options) {
        if (!isPrivate) {
            return options;
        }
        if (options.clearOnFree()) {
            throw new IllegalArgumentException("clearOnFree = true (expected: false in a private pool: what a graph"
                    + " freed while it was captured is used again at each launch)");
        }
        Set<LadderStep> steps = EnumSet.noneOf(LadderStep.class);
        steps.addAll(options.ladder());
        steps.removeAll(NEVER_PRIVATE);
        return options.toBuilder()
                .virtualMemory(false)
                .reclaim(Reclaim.OFF)
                .ladder(steps)
                .build();
    }
}
