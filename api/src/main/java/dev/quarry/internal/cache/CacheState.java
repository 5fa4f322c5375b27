package dev.quarry.internal.cache;

import dev.quarry.internal.segment.Padded;

/**
 * What a stream cache writes at each hit. A class of its own, as the virtual machine lays out superclasses first: so it stands
 * between the paddings of {@link Padded} and {@link PaddedCacheState}, and no other object that threads read shares a cache line
 * with it.
 */
abstract class CacheState extends Padded {
    /** Guards all fields below. */
    boolean taken;

    /** Bytes kept so far less bytes given out; more than what is held by what was drained. */
    long balance;

    /** Bytes drained so far, and how high the balance may rise for them and the limit. */
    long drained;

    long ceiling;

    /** How low the balance may fall before the peak of allocated bytes must be counted anew. */
    long floor;

    long limitBytes;
    long limitBlockBytes;
    long limitRecurringBytes;

    /** Bytes held of recurring sizes; they have no limit of their own. */
    long recurring;

    int refused;
    long hits;
    long returns;
    long bytesIn;
    long requestedOut;
    long requestedIn;

    CacheState() {}
}
