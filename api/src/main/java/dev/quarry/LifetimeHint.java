package dev.quarry;

/** How long the user expects to hold an allocation; a hint that may change placement and never correctness. */
public enum LifetimeHint {
    /** Nothing is known. */
    UNKNOWN,
    /** Freed soon, as scratch memory is. */
    SHORT,
    /** Held for a phase of the program or longer, as weights and caches are. */
    LONG
}
