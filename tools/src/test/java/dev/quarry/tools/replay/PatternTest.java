package dev.quarry.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PatternTest {
    @Test
    void shouldFindAnyByteThatChanged() {
        SplittableRandom random = new SplittableRandom(7);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(1 << 20);
            for (long size : new long[] {1, 2, 7, 8, 9, 15, 16, 17, 4095, 4096, 300_001, 1 << 20}) {
                MemorySegment block = memory.asSlice(0, size);
                int seed = random.nextInt(1_000_000);
                Pattern.write(block, seed);
                assertThat(Pattern.mismatch(block, seed)).isEqualTo(-1);
                assertThat(Pattern.mismatch(block, seed + 1)).isNotEqualTo(-1);
                long offset = random.nextLong(size);
                block.set(ValueLayout.JAVA_BYTE, offset, (byte) (block.get(ValueLayout.JAVA_BYTE, offset) ^ 4));
                assertThat(Pattern.mismatch(block, seed)).isBetween(0L, Math.max(7, offset));
            }
        }
    }
}
