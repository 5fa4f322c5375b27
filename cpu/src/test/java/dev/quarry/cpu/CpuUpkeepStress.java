package dev.quarry.cpu;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.testkit.LoadedMemory;
import dev.quarry.testkit.UpkeepLoad;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pools of host memory, tended at full load: each allocation keeps its contents. {@code -Dquarry.minutes=N} each. */
class CpuUpkeepStress {
    static java.util.stream.Stream<MemoryKind> kinds() {
        return java.util.stream.Stream.of(MemoryKind.HOST, MemoryKind.PINNED);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldKeepContentsWhenTendedAtFullLoad(MemoryKind kind) throws InterruptedException {
        try (Quarry quarry = Quarry.builder().provider(new CpuProvider()).open()) {
            LoadedMemory memory = new Viewed(quarry.devices().getFirst(), kind);
            String done = new UpkeepLoad(quarry, memory, System.nanoTime()).run(UpkeepLoad.time());
            System.out.println(kind + ": " + done);
        }
    }

    /** Memory with contents: each holder's own value in all bytes. */
    private record Viewed(Device device, MemoryKind kind) implements LoadedMemory {
        @Override
        public long limit() {
            return kind.equals(MemoryKind.HOST) ? 96 << 20 : 4 << 20;
        }

        @Override
        public long mostBytes() {
            return limit() / 16;
        }

        @Override
        public void use(Allocation allocation, byte mark) {
            Stream order = allocation.stream();
            if (order != null && order.isOpen()) {
                order.fill(allocation, 0, allocation.byteSize(), mark);
            } else {
                allocation.segment().fill(mark);
            }
        }

        @Override
        public void check(Allocation allocation, byte mark) {
            Stream order = allocation.stream();
            if (order != null && !order.isOpen()) {
                return; // its work may still run
            }
            if (order != null) {
                order.synchronize();
            }
            MemorySegment view = allocation.segment();
            for (long at = 0; at < view.byteSize(); at += at < view.byteSize() - 1009 ? 1009 : 1) {
                byte found = view.get(ValueLayout.JAVA_BYTE, at);
                if (found != mark) {
                    throw new AssertionError(allocation + " has " + found + " at " + at + " (expected: " + mark + ")");
                }
            }
        }

        @Override
        public void rest() {}
    }
}
