package dev.quarry.testkit;

import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.Quarry;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.StreamDriver;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What the cases of {@link DeviceContract} run on. */
interface DeviceSubject {
    /** Returns the plugin. */
    DeviceProvider plugin();

    /** Returns a driver that the plugin opened for this test alone. */
    DeviceDriver driver();

    /** Opens the device for a case that uses the API; closed after the test. */
    Quarry quarry();

    /** Returns whether there is memory behind the addresses of a kind, for the test to look at. */
    boolean canView(MemoryKind kind);

    /** Returns whether there is memory behind the addresses of a kind, which copies bring to light where the host cannot look. */
    boolean hasContents(MemoryKind kind);

    /** Returns what memory holds. */
    default MemorySegment read(MemoryKind kind, long address, long bytes) {
        if (canView(kind)) {
            return driver().view(address, bytes, Arena.ofAuto());
        }
        MemorySegment copy = Arena.ofAuto().allocate(bytes);
        long stream = streams().createStream();
        streams().download(stream, address, copy);
        streams().synchronize(stream);
        streams().destroyStream(stream);
        return copy;
    }

    /** Writes to memory. */
    default void write(MemoryKind kind, MemorySegment bytes, long address) {
        if (canView(kind)) {
            driver().view(address, bytes.byteSize(), Arena.ofAuto()).copyFrom(bytes);
            return;
        }
        long stream = streams().createStream();
        streams().upload(stream, bytes, address);
        streams().synchronize(stream);
        streams().destroyStream(stream);
    }

    /** Returns the most bytes of a kind that a test may hold at once. */
    long mostBytes(MemoryKind kind);

    /** Returns whether free memory is told to the byte, and nothing but the test changes it. */
    boolean hasExactMemory();

    /** Returns the streams of {@link #driver()}. */
    default StreamDriver streams() {
        return driver().streams();
    }

    /** Returns the plugin's first device, by the API. */
    default Device device() {
        return quarry().device(plugin().name());
    }

    /** Takes memory from {@link #driver()}. */
    default long take(MemoryKind kind, long bytes, long alignment) {
        return driver().allocate(new SegmentRequest(kind, bytes, alignment, false));
    }
}
