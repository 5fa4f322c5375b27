package dev.quarry.examples;

import dev.quarry.Allocation;
import dev.quarry.ByteSize;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.ObjIntConsumer;

/**
 * Page-locked staging buffers that are closed while a copy still reads them: the pool gives none of them to the next
 * round before its copy has run, so the contents arrive intact.
 */
public final class PinnedReuse {
    static final int ROUNDS = 64;
    static final long ROUND_BYTES = ByteSize.mib(1);

    /** Staging memory is scarce: the pool reuses it, and where it must, waits for copies. */
    static final PoolOptions STAGING =
            PoolOptions.builder().limit(4 * ROUND_BYTES).build();

    private PinnedReuse() {}

    /** Runs the example on memory of the host. */
    public static void main(String[] arguments) {
        try (Quarry quarry = Quarry.open()) {
            Device device = quarry.device("cpu:0");
            try (MemoryPool pinned = quarry.openPool(device, MemoryKind.PINNED, STAGING);
                    MemoryPool target = quarry.openPool(device, device.defaultKind(), PoolOptions.defaults())) {
                run(pinned, target);
            }
        }
    }

    static void run(MemoryPool pinned, MemoryPool target) {
        try (Stream stream = pinned.device().newStream();
                Allocation all = target.allocate(ROUNDS * ROUND_BYTES, stream)) {
            send(pinned, stream, all, (buffer, round) -> buffer.segment().fill((byte) round));
            stream.synchronize();
            int intact = 0;
            for (int round = 0; round < ROUNDS; round++) {
                intact += isFilled(all, round) ? 1 : 0;
            }
            System.out.println(intact + " of " + ROUNDS + " rounds arrived intact");
            System.out.println("pinned memory used: at most "
                    + ByteSize.format(pinned.statistics().reservedBytes().peak()));
        }
    }

    /** Sends each round's contents through a buffer of its own, and waits for nothing. */
    static void send(MemoryPool pinned, Stream stream, Allocation target, ObjIntConsumer<Allocation> contents) {
        for (int round = 0; round < ROUNDS; round++) {
            try (Allocation buffer = pinned.allocate(ROUND_BYTES)) {
                contents.accept(buffer, round);
                stream.copy(buffer, 0, target, round * ROUND_BYTES, ROUND_BYTES);
            }
        }
    }

    private static boolean isFilled(Allocation all, int round) {
        MemorySegment part = all.segment().asSlice(round * ROUND_BYTES, ROUND_BYTES);
        for (long at = 0; at < ROUND_BYTES; at++) {
            if (part.get(ValueLayout.JAVA_BYTE, at) != round) {
                return false;
            }
        }
        return true;
    }
}
