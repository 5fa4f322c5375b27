package dev.quarry.internal.pool;

import dev.quarry.internal.device.DriverEvent;
import dev.quarry.internal.segment.Block;
import java.util.List;

/**
 * A freed block that several streams, or events that the user named, must pass before it is free.
 *
 * <p>Nothing is recorded at the free: for each stream the sequence number is kept that a {@link Mark} must cover, so that
 * one event serves all blocks freed until it is recorded.
 *
 * @param block the block
 * @param uses the domains of the streams, and for each the sequence number
 * @param events events of the user, held
 * @param clear whether the host overwrites it with zeros when all is passed
 */
record PendingBlock(Block block, List<Use> uses, List<DriverEvent> events, boolean clear) {
    /** A domain whose stream must pass a sequence number. */
    record Use(Domain domain, long sequence) {
        /**
         * A use on a borrowed stream whose end could not be recorded: the wrapper's close records one that covers it, and until
         * then nothing is known.
         */
        static Use unknown(Domain domain) {
            return new Use(domain, Domain.EVERYTHING);
        }

        boolean isUnknown() {
            return sequence == Domain.EVERYTHING && !domain.isEnded();
        }
    }

    /** Returns whether one domain, or nobody, can own the block at once. */
    boolean isPlain() {
        return events.isEmpty() && uses.size() <= 1 && !clear && !isWithheld();
    }

    /** Returns whether the block must be left alone, since the end of one of its uses is not recorded. */
    boolean isWithheld() {
        return uses.stream().anyMatch(Use::isUnknown);
    }
}
