package dev.quarry.testkit;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.spi.DeviceProvider;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.UnaryOperator;

/** What the cases of {@link PoolContract} run on: one device and one kind of memory. */
interface PoolSubject {
    /** The limit of {@link #pool()}: little, so that tests reach it, and no more than any machine can lock. */
    long LIMIT = 4 << 20;

    /** Returns the device; closed after the test. */
    Device device();

    /** Returns the kind of memory. */
    MemoryKind kind();

    /** Returns the plugin. */
    DeviceProvider plugin();

    /** Returns the instance that the device belongs to. */
    Quarry quarry();

    /** Opens the same plugin once more, with devices of its own; closed after the test. */
    Quarry another();

    /** Returns whether there is memory behind the addresses, for the test to look at. */
    boolean canView();

    /** Returns whether there is memory behind the addresses, which the device's copies bring to light where the host cannot look. */
    boolean hasContents();

    /** Returns what an allocation holds, after the work that its own stream has. */
    default MemorySegment contents(Allocation allocation) {
        Stream own = allocation.stream();
        if (own != null) {
            own.synchronize();
        }
        if (canView()) {
            return allocation.segment();
        }
        MemorySegment copy = Arena.ofAuto().allocate(allocation.byteSize());
        try (Stream stream = device().newStream()) {
            stream.download(allocation, copy);
            stream.synchronize();
        }
        return copy;
    }

    /** Opens a pool with options changed from those of {@link #pool()}; closed after the test if it is still open. */
    MemoryPool pool(UnaryOperator<PoolOptions.Builder> options);

    /** Opens a pool with a limit of {@link #LIMIT} and small segments. */
    default MemoryPool pool() {
        return pool(UnaryOperator.identity());
    }

    /** Closes a pool after the test that the test opened, if it is still open, and validates it. */
    MemoryPool kept(MemoryPool pool);

    /** Closes the instance that the device belongs to. */
    void closeQuarry();

    /** Opens a stream; closed with the device. */
    default Stream stream() {
        return device().newStream();
    }

    /** Returns a device that is not {@link #device()}. */
    default Device otherDevice() {
        return another().device(device().id());
    }
}
