package dev.quarry.internal.device;

import dev.quarry.Device;
import dev.quarry.DeviceInfo;
import dev.quarry.DeviceUsage;
import dev.quarry.Event;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.Stream;
import dev.quarry.spi.DeviceDriver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** A device over its driver: its streams, and the events that are reused. Thread-safe. */
public final class DriverDevice implements Device {
    private final DeviceDriver driver;
    private final LongSupplier clock;
    private final DeviceShare share;
    private final Consumer<MemoryPool> keeper;
    private final DriverStream defaultStream;

    /** Guards {@code streams}, {@code slots} and every stream's clients; held while streams are told to close. */
    private final ReentrantLock registration = new ReentrantLock();

    private final List<DriverStream> streams = new ArrayList<>();
    private final List<Boolean> slots = new ArrayList<>();

    private final ConcurrentLinkedDeque<Long> events = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    /**
     * Makes the device of a driver.
     *
     * @param keeper notes pools that are to be closed before the device
     */
    DriverDevice(DeviceDriver driver, DeviceLimits limits, LongSupplier clock, Consumer<MemoryPool> keeper) {
        this.keeper = keeper;
        this.driver = driver;
        this.clock = clock;
        this.defaultStream = new DriverStream(this, driver.streams().defaultStream(), DriverStream.Ownership.DEVICE);
        streams.add(defaultStream);
        this.share = new DeviceShare(driver, limits);
    }

    @Override
    public DeviceInfo info() {
        return driver.info();
    }

    @Override
    public Set<MemoryKind> kinds() {
        return Collections.unmodifiableSet(driver.kinds());
    }

    @Override
    public MemoryKind defaultKind() {
        return kinds().contains(MemoryKind.DEVICE)
                ? MemoryKind.DEVICE
                : kinds().iterator().next();
    }

    @Override
    public MemoryInfo memory(MemoryKind kind) {
        checkOpen();
        checkKind(kind);
        return driver.memory(kind);
    }

    @Override
    public DeviceUsage usage() {
        return share.usage(null);
    }

    @Override
    public DeviceUsage usage(MemoryKind kind) {
        checkKind(kind);
        return share.usage(kind);
    }

    @Override
    public void limit(long bytes) {
        checkOpen();
        share.limit(null, bytes);
    }

    @Override
    public void limit(MemoryKind kind, long bytes) {
        checkOpen();
        checkKind(kind);
        share.limit(kind, bytes);
    }

    @Override
    public DriverStream defaultStream() {
        return defaultStream;
    }

    @Override
    public Stream newStream() {
        checkOpen();
        return register(driver.streams().createStream(), DriverStream.Ownership.OWNED);
    }

    @Override
    public Stream wrapStream(long handle) {
        return register(handle, DriverStream.Ownership.WRAPPED);
    }

    @Override
    public Stream borrowStream(long handle) {
        return register(handle, DriverStream.Ownership.BORROWED);
    }

    @Override
    public String toString() {
        return "device " + id();
    }

    /** Returns the driver. */
    public DeviceDriver driver() {
        return driver;
    }

    /** Returns what this instance takes from the device, with the limits on it. */
    public DeviceShare share() {
        return share;
    }

    /**
     * Notes a pool that is to be closed before this device, if it is still open then.
     *
     * @throws IllegalStateException if the device's instance is closed
     */
    public void keep(MemoryPool pool) {
        keeper.accept(pool);
    }

    /** Returns the time in nanoseconds, for idle times and deadlines. */
    public LongSupplier clock() {
        return clock;
    }

    /** Returns the lock that guards streams' clients. */
    public ReentrantLock registration() {
        return registration;
    }

    /** Takes the number under which a pool keeps its clients at this device's streams. */
    public int takeSlot() {
        registration.lock();
        try {
            int slot = slots.indexOf(false);
            if (slot < 0) {
                slot = slots.size();
                slots.add(true);
            } else {
                slots.set(slot, true);
            }
            return slot;
        } finally {
            registration.unlock();
        }
    }

    /** Gives a number back and forgets the clients under it; the last one after {@link #close()} ends the device. */
    public void returnSlot(int slot) {
        boolean last;
        share.removeTenant(slot);
        registration.lock();
        try {
            streams.forEach(stream -> stream.setClient(slot, null));
            slots.set(slot, false);
            last = closed && !slots.contains(true);
        } finally {
            registration.unlock();
        }
        if (last) {
            shutDown();
        }
    }

    /**
     * Returns a stream of this device as what it is.
     *
     * @throws IllegalArgumentException if it is another device's
     */
    public DriverStream own(Stream stream) {
        if (stream instanceof DriverStream own && own.device() == this) {
            return own;
        }
        throw new IllegalArgumentException(stream + " is not a stream of " + this);
    }

    /**
     * Returns an event of this device as what it is.
     *
     * @throws IllegalArgumentException if it is another device's
     */
    public DriverEvent own(Event event) {
        if (event instanceof DriverEvent own && own.stream().device() == this) {
            return own;
        }
        throw new IllegalArgumentException("event of " + event.stream() + " is not an event of " + this);
    }

    /**
     * Throws if the device does not offer a kind.
     *
     * @throws IllegalArgumentException naming what it offers
     */
    public void checkKind(MemoryKind kind) {
        if (!driver.kinds().contains(kind)) {
            throw new IllegalArgumentException(this + " has no memory of kind " + kind + " (it has: " + kinds() + ")");
        }
    }

    /** Throws if the device is closed. */
    public void checkOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    long takeEvent() {
        Long recycled = events.pollFirst();
        return recycled != null ? recycled : driver.streams().createEvent();
    }

    void recycleEvent(long event) {
        events.addFirst(event);
    }

    /**
     * Closes a stream.
     *
     * @param always whether it closes even while it captures a graph
     */
    void closeStream(DriverStream stream, boolean always) {
        stream.closing().lock();
        try {
            if (!always && stream.isOpen()) {
                stream.checkNoCapture();
            }
            endStream(stream);
        } finally {
            stream.closing().unlock();
        }
        stream.shutDown();
    }

    private void endStream(DriverStream stream) {
        registration.lock();
        try {
            if (!streams.remove(stream)) {
                throw new IllegalStateException(stream + " was closed before");
            }
            stream.markClosed();
        } finally {
            registration.unlock();
        }
    }

    /** Returns the streams that are open, the default one first. */
    public List<DriverStream> openStreams() {
        registration.lock();
        try {
            return List.copyOf(streams);
        } finally {
            registration.unlock();
        }
    }

    /** Closes the streams that are still open: before the pools. */
    void closeStreams() {
        Cleanup cleanup = new Cleanup();
        openStreams().stream()
                .filter(stream -> stream != defaultStream)
                .forEach(stream -> cleanup.run(() -> closeStream(stream, true)));
        cleanup.rethrow();
    }

    /** Gives the device back, once the last pool is done with it: one whose allocations are still open is not. */
    void close() {
        boolean idle;
        registration.lock();
        try {
            closed = true;
            idle = !slots.contains(true);
        } finally {
            registration.unlock();
        }
        if (idle) {
            shutDown();
        }
    }

    private void shutDown() {
        Cleanup cleanup = new Cleanup();
        for (Long event = events.pollFirst(); event != null; event = events.pollFirst()) {
            long handle = event;
            cleanup.run(() -> driver.streams().destroyEvent(handle));
        }
        cleanup.run(share::close);
        cleanup.run(driver::close);
        cleanup.rethrow();
    }

    private DriverStream register(long handle, DriverStream.Ownership ownership) {
        DriverStream stream = new DriverStream(this, handle, ownership);
        registration.lock();
        try {
            if (closed && ownership == DriverStream.Ownership.OWNED) {
                driver.streams().destroyStream(handle);
            }
            checkOpen();
            streams.add(stream);
        } finally {
            registration.unlock();
        }
        return stream;
    }
}
