package dev.quarry.examples;

import dev.quarry.Allocation;
import dev.quarry.ByteSize;
import dev.quarry.Device;
import dev.quarry.Event;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import java.lang.foreign.ValueLayout;

/** Two streams that hand data on: one fills buffers, the other one copies them, and the host waits once, at the end. */
public final class TwoStreams {
    static final int CHUNKS = 16;
    private static final long CHUNK_BYTES = ByteSize.mib(1);

    private TwoStreams() {}

    /** Runs the example on memory of the host. */
    public static void main(String[] arguments) {
        try (Quarry quarry = Quarry.open();
                MemoryPool pool = quarry.openPool(quarry.device("cpu:0"), MemoryKind.HOST, PoolOptions.defaults())) {
            run(pool);
        }
    }

    static void run(MemoryPool pool) {
        Device device = pool.device();
        try (Stream filling = device.newStream();
                Stream copying = device.newStream();
                Allocation result = collect(pool, filling, copying)) {
            // Only now the host needs the contents.
            copying.synchronize();
            long sum = 0;
            for (long chunk = 0; chunk < CHUNKS; chunk++) {
                sum += result.segment().get(ValueLayout.JAVA_BYTE, (chunk + 1) * CHUNK_BYTES - 1);
            }
            System.out.println("last bytes of " + CHUNKS + " chunks: sum " + sum);
            System.out.println(
                    "host waits inside the pool: " + pool.statistics().driver().hostWaits());
        }
    }

    /** Enqueues everything and waits for nothing. The result is to be read in the order of {@code copying}. */
    static Allocation collect(MemoryPool pool, Stream filling, Stream copying) {
        Allocation result = pool.allocate(CHUNKS * CHUNK_BYTES, copying);
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            // Closed at the end of the block, long before the copy has run: memory is reused in the order of its
            // streams.
            try (Allocation buffer = pool.allocate(CHUNK_BYTES, filling)) {
                filling.fill(buffer, 0, CHUNK_BYTES, (byte) chunk);
                try (Event filled = filling.record()) {
                    copying.waitFor(filled);
                }
                // Marks the buffer as used on this stream too, so that it stays untouched until the copy has run.
                copying.copy(buffer, 0, result, chunk * CHUNK_BYTES, CHUNK_BYTES);
            }
        }
        return result;
    }
}
