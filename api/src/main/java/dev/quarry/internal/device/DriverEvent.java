package dev.quarry.internal.device;

import dev.quarry.Event;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A recorded event, counted: its user holds it, and so does each batch of memory that waits for it. The last one gives the
 * driver's handle back for reuse. Thread-safe.
 */
public final class DriverEvent implements Event {
    private static final VarHandle HOLDERS;
    private static final VarHandle CLOSED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HOLDERS = lookup.findVarHandle(DriverEvent.class, "holders", int.class);
            CLOSED = lookup.findVarHandle(DriverEvent.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final DriverStream stream;
    private final long handle;

    @SuppressWarnings("UnusedVariable") // through HOLDERS
    private volatile int holders = 1;

    @SuppressWarnings("UnusedVariable") // through CLOSED
    private volatile boolean closed;

    private volatile boolean complete;

    DriverEvent(DriverStream stream, long handle) {
        this.stream = stream;
        this.handle = handle;
    }

    @Override
    public DriverStream stream() {
        return stream;
    }

    @Override
    public boolean isComplete() {
        checkOpen();
        return query();
    }

    @Override
    public void await() {
        checkOpen();
        await(Long.MAX_VALUE);
    }

    @Override
    public boolean await(Duration atMost) {
        checkOpen();
        return await(Math.max(0, TimeUnit.NANOSECONDS.convert(atMost)));
    }

    @Override
    public void close() {
        if (!CLOSED.compareAndSet(this, false, true)) {
            throw new IllegalStateException("event of " + stream + " was closed before");
        }
        release();
    }

    /** Returns whether the point is reached; for holders, also after the user closed the event. */
    public boolean query() {
        if (!complete) {
            complete = stream.driver().isComplete(handle);
        }
        return complete;
    }

    /** Waits on the host for at most a number of nanoseconds; for holders. */
    public boolean await(long nanos) {
        if (!complete) {
            complete = stream.driver().await(handle, nanos);
        }
        return complete;
    }

    /** Adds a holder; the caller knows that one exists. */
    public DriverEvent retain() {
        HOLDERS.getAndAdd(this, 1);
        return this;
    }

    /** Ends one holder's interest. */
    public void release() {
        if ((int) HOLDERS.getAndAdd(this, -1) == 1) {
            stream.device().recycleEvent(handle);
        }
    }

    /** Throws if the user closed the event, or its device is closed. */
    public void checkOpen() {
        if (closed) {
            throw new IllegalStateException("event of " + stream + " is closed");
        }
        stream.device().checkOpen();
    }

    long handle() {
        return handle;
    }
}
