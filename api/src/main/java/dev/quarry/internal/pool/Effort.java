package dev.quarry.internal.pool;

/** How far an attempt to allocate goes, and what its failure is. */
enum Effort {
    /** Takes what cache or index have; asks no driver, waits for nothing. Fails by returning nothing. */
    AT_ONCE,
    /** Goes up the ladder, without the user's handler. Fails by returning nothing. */
    LADDER,
    /** Goes up the ladder and asks the user's handler. Fails by returning nothing. */
    HANDLER,
    /** Goes up the ladder and asks the user's handler. Fails by an exception. */
    OR_THROW;

    boolean climbs() {
        return this != AT_ONCE;
    }

    boolean callsHandler() {
        return this == HANDLER || this == OR_THROW;
    }
}
