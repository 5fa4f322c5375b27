package dev.quarry.tools.replay;

import java.util.Locale;

/** What serves the operations of a replayed trace. */
public enum EngineKind {
    /** A pool of Quarry. */
    POOL,
    /** The device driver, without a pool. */
    DRIVER,
    /** The JDK: one confined arena per allocation. */
    ARENA;

    /** Returns the name as used on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
