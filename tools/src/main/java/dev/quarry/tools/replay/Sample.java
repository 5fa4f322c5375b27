package dev.quarry.tools.replay;

/**
 * One measured run of whole replays, back to back.
 *
 * @param elapsedNanos wall time of the run; of the quickest thread, where there are several
 * @param cpuNanos thread CPU time per operation, the mean over threads
 * @param wallNanos wall time per operation, the mean over threads
 * @param throughputNanos wall time from the first start to the last end, per operation of all threads
 * @param garbageBytes bytes allocated on the Java heap per operation
 */
record Sample(long elapsedNanos, double cpuNanos, double wallNanos, double throughputNanos, double garbageBytes) {}
