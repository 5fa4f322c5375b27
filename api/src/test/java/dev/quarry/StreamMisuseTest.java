package dev.quarry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.quarry.internal.device.FakeDriver;
import dev.quarry.internal.device.FakeProvider;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies and fills that leave their ranges, and memory that can move or is not to be touched. */
class StreamMisuseTest {
    private final AtomicBoolean seen = new AtomicBoolean();
    private final FakeDriver driver = new FakeDriver("fake:0");
    private final Quarry quarry = Quarry.builder()
            .provider(FakeProvider.of("fake", driver, new FakeDriver("fake:1")))
            .open();
    private final Stream stream = quarry.device("fake:0").defaultStream();
    private final Allocation small = quarry.pool(quarry.device("fake:0")).allocate(100);
    private final Allocation large = quarry.pool(quarry.device("fake:0")).allocate(1000);

    @AfterEach
    void close() {
        small.close();
        large.close();
        quarry.close();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 101",
        "-1, 0, 1",
        "0, -1, 1",
        "0, 0, -1",
        "100, 0, 1",
        "1, 0, 100",
        "0, 901, 100",
        "9223372036854775807, 0, 1",
        "0, 1, 9223372036854775807"
    })
    void shouldRefuseWhenCopyLeavesRange(long sourceOffset, long targetOffset, long bytes) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> stream.copy(small, sourceOffset, large, targetOffset, bytes));
        assertThat(driver.log()).isEmpty();
    }

    @Test
    void shouldCopyWhenRangeJustFits() {
        stream.copy(small, 0, large, 900, 100);
        stream.copy(large, 1000, small, 100, 0);
        assertThat(driver.log()).containsExactly("fake:0 copy 100");
    }

    @ParameterizedTest
    @CsvSource({"0, 101", "-1, 1", "0, -1", "101, 0", "9223372036854775807, 1"})
    void shouldRefuseWhenFillLeavesRange(long offset, long bytes) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> stream.fill(small, offset, bytes, (byte) 1));
        assertThat(driver.log()).isEmpty();
    }

    @Test
    void shouldRefuseWhenSegmentIsOnHeap() {
        MemorySegment heap = MemorySegment.ofArray(new byte[8]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.upload(heap, small))
                .withMessageContaining("heap segment of 8 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.download(small, heap))
                .withMessageContaining("heap segment of 8 bytes");
        assertThat(driver.log()).isEmpty();
    }

    @Test
    void shouldRefuseWhenNativeSegmentIsTooLargeOrReadOnly() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment tooLarge = arena.allocate(101);
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> stream.upload(tooLarge, small));
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> stream.download(small, tooLarge));
            MemorySegment readOnly = arena.allocate(100).asReadOnly();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.download(small, readOnly))
                    .withMessageContaining("read-only");
            assertThat(driver.log()).isEmpty();
            stream.upload(readOnly, small);
            assertThat(driver.log()).containsExactly("fake:0 copy 100");
        }
    }

    @Test
    void shouldRefuseWhenSegmentIsClosed() {
        for (Arena arena : List.of(Arena.ofConfined(), Arena.ofShared())) {
            MemorySegment stale = arena.allocate(8);
            arena.close();
            assertThatIllegalStateException()
                    .isThrownBy(() -> stream.upload(stale, small))
                    .withMessage("segment of 8 bytes is closed");
            assertThatIllegalStateException().isThrownBy(() -> stream.download(small, stale));
            assertThatIllegalStateException().isThrownBy(() -> stream.upload(stale.asSlice(8), small));
        }
        assertThat(driver.log()).isEmpty();
    }

    @Test
    void shouldRefuseWhenSegmentIsConfinedToAnotherThread() throws InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment confined = arena.allocate(8);
            Thread other = Thread.startVirtualThread(() -> {
                assertThatExceptionOfType(WrongThreadException.class)
                        .isThrownBy(() -> stream.upload(confined, small))
                        .withMessage("segment of 8 bytes is confined to another thread");
                assertThatExceptionOfType(WrongThreadException.class)
                        .isThrownBy(() -> stream.download(small, confined));
                seen.set(true);
            });
            other.join();
        }
        assertThat(seen).isTrue();
        assertThat(driver.log()).isEmpty();
    }

    @Test
    void shouldRefuseWhenAllocationIsOfAnotherDevice() {
        try (MemoryPool other = quarry.openPool(
                        quarry.device("fake:1"),
                        MemoryKind.DEVICE,
                        PoolOptions.withoutEnvironment().build());
                Allocation foreign = other.allocate(100)) {
            assertThatIllegalArgumentException().isThrownBy(() -> stream.copy(small, 0, foreign, 0, 10));
            assertThatIllegalArgumentException().isThrownBy(() -> stream.fill(foreign, 0, 10, (byte) 0));
            assertThat(driver.log()).isEmpty();
        }
    }
}
