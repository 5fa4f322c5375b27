package dev.quarry.tools.replay;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.Stream;

/** Writes whole blocks that a pool gave: from the host where it can, else by a fill on the block's stream. */
final class Touch {
    private final boolean byHost;
    private final Stream defaultStream;

    /** Makes one that writes from the host, or one that fills on the device. */
    Touch(Device device, boolean byHost) {
        this.byHost = byHost;
        this.defaultStream = device.defaultStream();
    }

    /** Returns whether blocks hold their {@link Pattern} afterwards. */
    boolean byHost() {
        return byHost;
    }

    /** Writes a block; the operation that allocated it is the pattern's seed. */
    void write(Allocation allocation, int operation) {
        Stream stream = allocation.stream();
        if (byHost) {
            if (stream != null) {
                stream.synchronize(); // the host may touch the memory once its stream has passed the allocation
            }
            Pattern.write(allocation.segment(), operation);
            return;
        }
        Stream order = stream == null ? defaultStream : stream;
        order.fill(allocation, 0, allocation.byteSize(), (byte) operation);
        if (stream == null) {
            order.synchronize(); // in host order, the host may use the memory next
        }
    }
}
