package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.sim.check.OverlapChecker;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceProvider;
import dev.quarry.spi.DriverOutOfMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Identity and memory of a device. */
interface DeviceMemoryCases extends DeviceSubject {
    /** The largest alignment that a pool asks for. */
    long MOST_ALIGNMENT = 2L << 20;

    @Test
    default void shouldNameItselfWhenAsked() {
        assertThat(plugin().name()).matches("[a-z][a-z0-9-]*");
        assertThat(plugin().spiVersion()).isEqualTo(DeviceProvider.SPI_VERSION);
        assertThat(plugin().probe()).isInstanceOf(Availability.Available.class);
        assertThat(driver().info().id()).isEqualTo(plugin().name() + ":0");
        assertThat(driver().info().name()).isNotBlank();
        assertThat(driver().info()).isEqualTo(driver().info());
    }

    @Test
    default void shouldOfferKindsWhenAsked() {
        assertThat(driver().kinds()).isNotEmpty().containsExactlyElementsOf(driver().kinds());
        assertThat(driver().granule()).isBetween(64L, MOST_ALIGNMENT);
        assertThat(Long.bitCount(driver().granule())).isOne();
        assertThat(device().kinds()).containsExactlyElementsOf(driver().kinds()).contains(device().defaultKind());
    }

    @Test
    default void shouldTellFreeAndTotalWhenAskedForMemory() {
        for (MemoryKind kind : driver().kinds()) {
            MemoryInfo info = driver().memory(kind);
            assertThat(info.totalBytes()).as("total of %s", kind).isPositive();
            assertThat(info.freeBytes()).as("free of %s", kind).isBetween(0L, info.totalBytes());
            assertThat(device().memory(kind).totalBytes()).isPositive();
        }
    }

    @Test
    default void shouldRefuseKindWhenDeviceHasNoSuch() {
        MemoryKind strange = MemoryKind.of("strange", true, true);
        assertThatThrownBy(() -> device().memory(strange))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("strange");
    }

    @Test
    default void shouldGiveDistinctAlignedRangesWhenAllocating() {
        for (MemoryKind kind : driver().kinds()) {
            OverlapChecker overlaps = new OverlapChecker();
            List<long[]> ranges = new ArrayList<>();
            for (long alignment = 1; alignment <= MOST_ALIGNMENT && alignment <= mostBytes(kind) / 4; alignment *= 8) {
                for (long bytes : new long[] {1, 4096, 65_537}) {
                    long address = take(kind, bytes, alignment);
                    assertThat(address).isNotZero();
                    assertThat(address % alignment)
                            .as("%s aligned to %d", kind, alignment)
                            .isZero();
                    overlaps.allocated(address, bytes);
                    ranges.add(new long[] {address, bytes});
                }
            }
            ranges.forEach(range -> driver().free(kind, range[0], range[1]));
        }
    }

    @Test
    default void shouldStayUsableWhenOutOfMemory() {
        for (MemoryKind kind : driver().kinds()) {
            for (long bytes : new long[] {1L << 52, 1L << 60}) {
                assertThatThrownBy(() -> take(kind, bytes, 4096))
                        .as("%d bytes of %s", bytes, kind)
                        .isInstanceOf(DriverOutOfMemoryException.class)
                        .hasMessageContaining(String.valueOf(bytes));
            }
            long address = take(kind, 4096, 64);
            driver().free(kind, address, 4096);
        }
    }

    @Test
    default void shouldGiveMemoryAgainWhenItWasFreed() {
        for (MemoryKind kind : driver().kinds()) {
            long bytes = mostBytes(kind) / 4;
            for (int round = 0; round < 20; round++) {
                long first = take(kind, bytes, 4096);
                long second = take(kind, bytes, 4096);
                driver().free(kind, first, bytes);
                driver().free(kind, second, bytes);
            }
        }
    }

    @Test
    default void shouldHoldBytesWhenViewed() {
        for (MemoryKind kind : driver().kinds()) {
            assumeTrue(canView(kind), "there is no memory to look at");
            long bytes = 70_001;
            long address = take(kind, bytes, 64);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment view = driver().view(address, bytes, arena);
                assertThat(view.address()).isEqualTo(address);
                assertThat(view.byteSize()).isEqualTo(bytes);
                for (long i = 0; i < bytes; i++) {
                    view.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31));
                }
                for (long i = 0; i < bytes; i++) {
                    assertThat(view.get(ValueLayout.JAVA_BYTE, i)).isEqualTo((byte) (i * 31));
                }
                driver().clear(address + 1, bytes - 2);
                assertThat(view.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 0);
                assertThat(view.get(ValueLayout.JAVA_BYTE, bytes - 1)).isEqualTo((byte) ((bytes - 1) * 31));
                assertThat(view.asSlice(1, bytes - 2).mismatch(arena.allocate(bytes - 2)))
                        .isEqualTo(-1);
            }
            driver().free(kind, address, bytes);
        }
    }
}
