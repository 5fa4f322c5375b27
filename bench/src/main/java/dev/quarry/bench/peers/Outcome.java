package dev.quarry.bench.peers;

import org.jspecify.annotations.Nullable;

/**
 * What became of the measurement of a candidate.
 *
 * @param candidate the candidate
 * @param figure the figure, or {@code null} if there is none
 * @param problem why there is none, or {@code null}
 * @param failed whether that is a failure; else something is missing that the candidate needs
 */
record Outcome(
        Candidate candidate,
        @Nullable Figure figure,
        @Nullable String problem,
        boolean failed) {
    static Outcome measured(Candidate candidate, Figure figure) {
        return new Outcome(candidate, figure, null, false);
    }

    static Outcome missing(Candidate candidate, String remedy) {
        return new Outcome(candidate, null, remedy, false);
    }

    static Outcome failed(Candidate candidate, String reason) {
        return new Outcome(candidate, null, reason, true);
    }
}
