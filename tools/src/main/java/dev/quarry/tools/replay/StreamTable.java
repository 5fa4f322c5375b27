package dev.quarry.tools.replay;

import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.Stream;
import dev.quarry.trace.Trace;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a device that stand for those of a trace, by the trace's stream index.
 *
 * <p>Stream 0 is the default stream. In memory that the host can touch, what is allocated on it is allocated in host order,
 * as it is for a user who names no stream.
 */
final class StreamTable {
    private final Stream[] streams;
    private final @Nullable Stream[] orders;
    private final boolean differ;

    private StreamTable(Stream[] streams, @Nullable Stream[] orders, boolean differ) {
        this.streams = streams;
        this.orders = orders;
        this.differ = differ;
    }

    /** Opens a stream for each of the trace's. The device closes them. */
    static StreamTable of(Trace trace, Device device, MemoryKind kind) {
        Stream[] streams = new Stream[trace.streams()];
        @Nullable Stream[] orders = new Stream[trace.streams()];
        for (int i = 0; i < streams.length; i++) {
            boolean isDefault = trace.streamNumber(i) == 0;
            streams[i] = isDefault ? device.defaultStream() : device.newStream();
            orders[i] = isDefault && kind.isHostAccessible() ? null : streams[i];
        }
        return new StreamTable(streams, orders, true);
    }

    /** Opens one stream that stands for all of the trace's. The device closes it. */
    static StreamTable single(Trace trace, Device device) {
        Stream[] streams = new Stream[trace.streams()];
        Arrays.fill(streams, device.newStream());
        return new StreamTable(streams, streams, false);
    }

    /** Returns whether different streams of the trace are different streams of the device. */
    boolean differ() {
        return differ;
    }

    /** Returns the stream in whose order to allocate, or {@code null} for host order. */
    @Nullable
    Stream order(int index) {
        return orders[index];
    }

    /** Returns the stream in whose order to free. */
    Stream stream(int index) {
        return streams[index];
    }
}
