package dev.quarry.sim;

import java.util.List;

/**
 * The hazards that a simulated driver saw: accesses to memory that nothing ordered, or that were not allowed at all.
 * Immutable.
 *
 * @param count how many; one for each pair of accesses
 * @param texts the first {@value #TEXTS}, each with the range and both accesses
 */
public record SimHazards(long count, List<String> texts) {
    /** How many hazards are kept as text. */
    public static final int TEXTS = 20;

    /** Copies the list. */
    public SimHazards {
        texts = List.copyOf(texts);
    }
}
