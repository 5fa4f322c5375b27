package dev.quarry.internal.cache;

/** The end of a {@link CacheState}: a cache line's length of nothing before what a cache only reads. */
@SuppressWarnings("unused")
abstract class PaddedCacheState extends CacheState {
    long end0;
    long end1;
    long end2;
    long end3;
    long end4;
    long end5;
    long end6;
    long end7;

    PaddedCacheState() {}
}
