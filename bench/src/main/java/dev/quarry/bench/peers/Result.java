package dev.quarry.bench.peers;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison gave.
 *
 * @param comparison the comparison
 * @param outcomes by candidate, Quarry's first
 */
record Result(Comparison comparison, List<Outcome> outcomes) {
    Result {
        outcomes = List.copyOf(outcomes);
    }

    /** Returns how many times as fast as a peer Quarry is; {@code null} for Quarry itself, and if a figure is missing. */
    @Nullable
    Double speed(Outcome peer) {
        Outcome quarry = outcomes.get(0);
        Figure ours = quarry.figure();
        Figure theirs = peer.figure();
        return peer.equals(quarry) || ours == null || theirs == null ? null : ours.speedOver(theirs);
    }

    /** Returns whether a measurement failed. */
    boolean failed() {
        return outcomes.stream().anyMatch(Outcome::failed);
    }
}
