package dev.quarry.internal.segment;

/**
 * The front of an object that one thread writes often: a cache line's length of nothing, so that the fields of a subclass
 * never share a line with those of another padded object, which another thread may write.
 *
 * <p>Without it two threads on streams of their own took up to three times as long, depending on where the collector had put
 * their blocks.
 */
@SuppressWarnings("unused")
public abstract class Padded {
    long pad0;
    long pad1;
    long pad2;
    long pad3;
    long pad4;
    long pad5;
    long pad6;
    long pad7;

    /** Makes the front. */
    protected Padded() {}
}
