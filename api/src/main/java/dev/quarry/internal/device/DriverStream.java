package dev.quarry.internal.device;

import dev.quarry.Allocation;
import dev.quarry.Event;
import dev.quarry.Stream;
import dev.quarry.StreamState;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.StreamDriver;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A driver's stream with a generation number of its own. Thread-safe. */
public final class DriverStream implements Stream {
    /** Who gives the driver's stream back, and whether it may be asked anything at any time. */
    public enum Ownership {
        /** The device: lives as long as it. */
        DEVICE,
        /** This object. */
        OWNED,
        /** Other code, after this wrapper is closed. */
        WRAPPED,
        /** Other code, at any time. */
        BORROWED
    }

    private static final AtomicLong GENERATIONS = new AtomicLong();

    private final DriverDevice device;
    private final StreamDriver driver;
    private final long handle;
    private final Ownership ownership;
    private final long generation = GENERATIONS.incrementAndGet();

    /** One client per pool, at the pool's slot; replaced under the monitor of the array's device. */
    private volatile @Nullable StreamClient[] clients = new @Nullable StreamClient[4];

    /** Held while the stream is asked whether it may close, so that no other close destroys it meanwhile. */
    private final ReentrantLock closing = new ReentrantLock();

    private volatile boolean closed;

    DriverStream(DriverDevice device, long handle, Ownership ownership) {
        this.device = device;
        this.driver = device.driver().streams();
        this.handle = handle;
        this.ownership = ownership;
    }

    @Override
    public DriverDevice device() {
        return device;
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public long handle() {
        return handle;
    }

    @Override
    public StreamState state() {
        checkOpen();
        return driver.state(handle);
    }

    @Override
    public DriverEvent record() {
        checkOpen();
        if (driver.state(handle) == StreamState.CAPTURING) {
            throw new IllegalStateException(this + " captures a graph: no event can be recorded on it");
        }
        return recordNow();
    }

    /** Records an event without asking for the stream's state. */
    public DriverEvent recordNow() {
        long event = device.takeEvent();
        try {
            driver.record(event, handle);
        } catch (RuntimeException e) {
            device.recycleEvent(event);
            throw e;
        }
        return new DriverEvent(this, event);
    }

    @Override
    public void waitFor(Event event) {
        checkOpen();
        DriverEvent other = device.own(event);
        other.checkOpen();
        waitForHeld(other);
    }

    /** Enqueues a wait for an event that the caller holds. */
    public void waitForHeld(DriverEvent event) {
        driver.waitFor(handle, event.handle());
    }

    @Override
    public void synchronize() {
        checkOpen();
        driver.synchronize(handle);
    }

    @Override
    public void copy(Allocation source, long sourceOffset, Allocation target, long targetOffset, long bytes) {
        checkOpen();
        Objects.checkFromIndexSize(sourceOffset, bytes, source.byteSize());
        Objects.checkFromIndexSize(targetOffset, bytes, target.byteSize());
        source.usedOn(this);
        target.usedOn(this);
        try {
            if (bytes > 0) {
                driver.copy(handle, source.address() + sourceOffset, target.address() + targetOffset, bytes);
            }
        } finally {
            // A handle that is lost before the work is enqueued would be reclaimed before it.
            Reference.reachabilityFence(source);
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public void upload(MemorySegment source, Allocation target) {
        checkOpen();
        checkUsable(source);
        Objects.checkFromIndexSize(0, source.byteSize(), target.byteSize());
        target.usedOn(this);
        try {
            if (source.byteSize() > 0) {
                driver.upload(handle, source, target.address());
            }
        } finally {
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public void download(Allocation source, MemorySegment target) {
        checkOpen();
        checkUsable(target);
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("target is read-only");
        }
        Objects.checkFromIndexSize(0, target.byteSize(), source.byteSize());
        source.usedOn(this);
        try {
            if (target.byteSize() > 0) {
                driver.download(handle, source.address(), target);
            }
        } finally {
            Reference.reachabilityFence(source);
        }
    }

    @Override
    public void fill(Allocation target, long offset, long bytes, byte value) {
        checkOpen();
        Objects.checkFromIndexSize(offset, bytes, target.byteSize());
        target.usedOn(this);
        try {
            if (bytes > 0) {
                driver.fill(handle, target.address() + offset, bytes, value);
            }
        } finally {
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        if (ownership == Ownership.DEVICE) {
            throw new IllegalStateException(this + " is the device's default stream and closes with it");
        }
        device.closeStream(this, false);
    }

    @Override
    public String toString() {
        return "stream " + generation + " of " + device.id();
    }

    /** Returns whether other code may destroy the driver's stream at any time. */
    public boolean isBorrowed() {
        return ownership == Ownership.BORROWED;
    }

    /** Returns the driver's calls. */
    public StreamDriver driver() {
        return driver;
    }

    /** Returns the client at a pool's slot, or {@code null}. */
    public @Nullable StreamClient client(int slot) {
        @Nullable StreamClient[] all = clients;
        return slot < all.length ? all[slot] : null;
    }

    /** Puts a client at a pool's slot, or takes it away. The caller holds the device's registration lock. */
    public void setClient(int slot, @Nullable StreamClient client) {
        @Nullable StreamClient[] all = clients;
        @Nullable StreamClient[] changed = Arrays.copyOf(all, Math.max(all.length, Integer.highestOneBit(slot) * 2));
        changed[slot] = client;
        clients = changed;
    }

    /** Throws if the stream or its device is closed. */
    public void checkOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
        device.checkOpen();
    }

    /** Returns the lock that orders the closes of this stream; taken before the device's registration lock. */
    ReentrantLock closing() {
        return closing;
    }

    /** Throws if the stream captures a graph, as far as the driver may be asked and can tell. */
    void checkNoCapture() {
        if (!isBorrowed() && isCapturing()) {
            throw new IllegalStateException(this
                    + " captures a graph, and nobody could tell when what it freed is complete: end the capture first");
        }
    }

    private boolean isCapturing() {
        try {
            return driver.state(handle) == StreamState.CAPTURING;
        } catch (DriverException e) {
            return false;
        }
    }

    /** Refuses further use. The caller holds the device's registration lock, so no client comes after this. */
    void markClosed() {
        closed = true;
    }

    /** Tells all clients, then gives the driver's stream back. Called once, without locks, after {@link #markClosed}. */
    void shutDown() {
        Cleanup cleanup = new Cleanup();
        for (StreamClient client : clients) {
            if (client != null) {
                cleanup.run(client::streamCloses);
            }
        }
        if (ownership == Ownership.OWNED) {
            cleanup.run(() -> driver.destroyStream(handle));
        }
        cleanup.rethrow();
    }

    private static void checkUsable(MemorySegment segment) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException(
                    "heap segment of " + segment.byteSize() + " bytes (expected: native memory, which cannot move)");
        }
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("segment of " + segment.byteSize() + " bytes is closed");
        }
        if (!segment.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("segment of " + segment.byteSize() + " bytes is confined to another thread");
        }
    }
}
