package dev.quarry.sim;

/**
 * How many calls on a simulated device's pages had their effect. Immutable.
 *
 * @param created physical handles created
 * @param released physical handles released
 * @param mapped mappings made
 * @param unmapped mappings ended
 * @param accessed calls that made mappings accessible
 */
public record SimPageCalls(long created, long released, long mapped, long unmapped, long accessed) {}
