package dev.quarry.testkit.model;

import dev.quarry.Event;
import dev.quarry.Stream;
import org.jspecify.annotations.Nullable;

/** A stream as its user knows it, with an event that covers all its work once it is closed. */
final class Strand {
    /** Whose the driver's stream is. */
    enum Ownership {
        /** The device's default stream. */
        DEVICE,
        /** Made by Quarry. */
        QUARRY,
        /** Made by the model, and destroyed after the wrapper is closed. */
        WRAPPED,
        /** Made by the model, and destroyed when it pleases. */
        BORROWED
    }

    private final Stream stream;
    private final long handle;
    private final Ownership ownership;
    private @Nullable Event last;
    private boolean usable = true;
    private boolean capturing;

    Strand(Stream stream, Ownership ownership) {
        this.stream = stream;
        this.handle = stream.handle();
        this.ownership = ownership;
    }

    Stream stream() {
        return stream;
    }

    long handle() {
        return handle;
    }

    Ownership ownership() {
        return ownership;
    }

    /** Returns whether the user may still enqueue work. */
    boolean isUsable() {
        return usable;
    }

    /** Returns whether the stream captures a graph: nothing can be recorded on it, and it cannot wait. */
    boolean isCapturing() {
        return capturing;
    }

    void setCapturing(boolean captures) {
        capturing = captures;
    }

    /** Says that no more work is enqueued, and keeps an event that covers all there was. */
    void retire(Event end) {
        usable = false;
        last = end;
    }

    /** Returns an event behind all work so far, the caller's to close. */
    Event end() {
        return stream.record();
    }

    /** Returns the event that was kept when the stream was retired. */
    Event last() {
        Event kept = last;
        if (kept == null) {
            throw new IllegalStateException(this + " was not retired");
        }
        return kept;
    }

    /** Gives the kept event back. */
    void forget() {
        Event kept = last;
        if (kept != null) {
            kept.close();
            last = null;
        }
    }

    @Override
    public String toString() {
        return "stream " + Long.toHexString(handle) + " (" + ownership + ")";
    }
}
