package dev.quarry.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemorySource;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.internal.device.FakeDriver;
import dev.quarry.internal.device.FakeProvider;
import dev.quarry.spi.DriverException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools over memory of another library that does not keep its word, or that does not fit. */
class SourcePoolTest {
    private static final long PLACE = 1L << 40;

    private final Quarry quarry = Quarry.builder()
            .provider(FakeProvider.of("fake", new FakeDriver("fake:0")))
            .open();
    private final Device device = quarry.device("fake:0");
    private final Given given = new Given(device, MemoryKind.DEVICE);

    private boolean closed;

    /** A source that returns what a test says, then what is beside that. */
    private static final class Given implements MemorySource {
        private final Device device;
        private final MemoryKind kind;
        private final Deque<Long> next = new ArrayDeque<>();
        private final List<String> calls = new ArrayList<>();
        private MemoryInfo info = new MemoryInfo(1L << 30, 1L << 30);
        private @Nullable RuntimeException refusal;

        Given(Device device, MemoryKind kind) {
            this.device = device;
            this.kind = kind;
        }

        @Override
        public Device device() {
            return device;
        }

        @Override
        public MemoryKind kind() {
            return kind;
        }

        @Override
        public OptionalLong allocate(long bytes, long alignment) {
            calls.add("allocate " + bytes + ", " + alignment);
            return next.isEmpty() ? OptionalLong.empty() : OptionalLong.of(next.removeFirst());
        }

        @Override
        public void free(long address, long bytes) {
            calls.add("free " + address + ", " + bytes);
            if (refusal != null) {
                throw refusal;
            }
        }

        @Override
        public MemoryInfo memory() {
            return info;
        }

        @Override
        public String toString() {
            return "given";
        }
    }

    @AfterEach
    void close() {
        if (!closed) {
            quarry.close();
        }
    }

    private MemoryPool open() {
        return MemoryPool.over(
                given,
                PoolOptions.withoutEnvironment()
                        .name("over")
                        .segmentBytes(1 << 20)
                        .growthFactor(0)
                        .build());
    }

    @ParameterizedTest
    @ValueSource(
            longs = {0, -1, Long.MIN_VALUE, -PLACE, PLACE + 1, PLACE + 256, Long.MAX_VALUE - 511, (1L << 63) - 512})
    void shouldRefuseAddressThatIsNone(long address) {
        MemoryPool pool = open();
        given.next.add(address);
        assertThatIllegalStateException()
                .isThrownBy(() -> pool.allocate(1000))
                .withMessageContaining("given")
                .withMessageContaining("it is not used");
        assertThat(pool.statistics().reservedBytes().current()).isZero();
        assertThat(device.usage().reservedBytes()).isZero();
        given.next.add(PLACE);
        try (Allocation one = pool.allocate(1000)) {
            assertThat(one.address()).isBetween(PLACE, PLACE + (1 << 20));
        }
        pool.close();
        assertThat(given.calls)
                .filteredOn(call -> call.startsWith("free"))
                .containsExactly("free " + PLACE + ", 1048576");
    }

    @ParameterizedTest
    @ValueSource(longs = {PLACE, PLACE + 512, PLACE + (1 << 20) - 512, PLACE - (1 << 20) + 512})
    void shouldRefuseAddressThatOverlaps(long address) {
        MemoryPool pool = open();
        given.next.add(PLACE);
        Allocation first = pool.allocate(1 << 20);
        given.next.add(address);
        assertThatIllegalStateException()
                .isThrownBy(() -> pool.allocate(1 << 20))
                .withMessageStartingWith("given returned the address ")
                .withMessageContaining("has some already");
        assertThat(device.usage().reservedBytes()).isEqualTo(1 << 20);
        given.next.add(PLACE + (1 << 20));
        given.next.add(PLACE - (1 << 20));
        Allocation above = pool.allocate(1 << 20);
        Allocation below = pool.allocate(1 << 20);
        List.of(first, above, below).forEach(Allocation::close);
        pool.close();
        assertThat(given.calls).filteredOn(call -> call.startsWith("free")).hasSize(3);
    }

    @Test
    void shouldTakeNoMoreThanSourceHas() {
        given.info = new MemoryInfo(5000, 5000);
        MemoryPool pool = open();
        assertThatThrownBy(() -> pool.allocate(6000)).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThat(given.calls).isEmpty();
        given.next.add(PLACE);
        pool.allocate(4000).close();
        assertThat(pool.statistics().reservedBytes().current()).isBetween(4000L, 5000L);
    }

    @Test
    void shouldAskAnewOnlyWithinCloseWhenSourceTakesNothingBack() {
        MemoryPool pool = open();
        given.next.add(PLACE);
        pool.allocate(1000).close();
        given.calls.clear();
        given.refusal = new IllegalArgumentException("mine");
        assertThatExceptionOfType(DriverException.class).isThrownBy(pool::close).withCause(given.refusal);
        String free = "free " + PLACE + ", 1048576";
        assertThat(given.calls).as("four attempts").containsExactly(free, free, free, free);
        assertThat(pool.isOpen()).isFalse();
        assertThat(device.usage().reservedBytes()).as("still counted").isEqualTo(1 << 20);
        given.refusal = null;
        assertThatIllegalStateException().isThrownBy(pool::close).withMessageContaining("closed before");
        assertThat(given.calls).hasSize(4);
    }

    @Test
    void shouldEndWithLastAllocationWhenSourceTakesNothingBackThen() {
        MemoryPool pool = open();
        given.next.add(PLACE);
        Allocation last = pool.allocate(1000);
        pool.close();
        given.calls.clear();
        given.refusal = new IllegalArgumentException("mine");
        last.close(); // it is closed whatever becomes of the memory: that is logged
        assertThat(last.isOpen()).isFalse();
        assertThat(given.calls).hasSize(4);
    }

    @Test
    void shouldRefuseFiguresThatCannotBe() {
        given.info = new MemoryInfo(-1, 10);
        assertThatIllegalStateException().isThrownBy(this::open).withMessageContaining("given");
        given.info = new MemoryInfo(11, 10);
        assertThatIllegalStateException().isThrownBy(this::open).withMessageContaining("11");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void shouldRefuseToOpenWhenSourceDoesNotFit() {
        assertThatNullPointerException().isThrownBy(() -> MemoryPool.over(null)).withMessageContaining("source");
        assertThatNullPointerException()
                .isThrownBy(() -> MemoryPool.over(given, null))
                .withMessageContaining("options");
        assertThatNullPointerException().isThrownBy(() -> MemoryPool.over(new Given(null, MemoryKind.DEVICE)));
        assertThatNullPointerException().isThrownBy(() -> MemoryPool.over(new Given(device, null)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MemoryPool.over(new Given(device, MemoryKind.PINNED)))
                .withMessageContaining("pinned");
        quarry.close();
        closed = true;
        assertThatIllegalStateException().isThrownBy(this::open).withMessageContaining("closed");
        assertThat(given.calls).isEmpty();
    }

    @Test
    void shouldAskForInitialMemoryWhenOpened() {
        PoolOptions options =
                PoolOptions.withoutEnvironment().initialBytes(1 << 20).build();
        assertThatThrownBy(() -> MemoryPool.over(given, options)).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThat(device.usage().reservedBytes()).isZero();
        given.next.add(PLACE);
        MemoryPool pool = MemoryPool.over(given, options);
        assertThat(pool.statistics().reservedBytes().current()).isPositive();
    }
}
