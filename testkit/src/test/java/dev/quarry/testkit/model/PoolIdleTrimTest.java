package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.ByteSize;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.check.PoolValidator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Trim of what nobody used for some time, of mapped memory, over a clock that the test sets: it begins at zero, below zero, and
 * where it wraps.
 */
class PoolIdleTrimTest {
    private static final long WRAPS = Long.MAX_VALUE - 5_000_000_000L;
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private long nanos;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, WRAPS, Long.MIN_VALUE})
    void shouldKeepWhatWasUsedLatelyWhenPagesAreSmall(long begin) {
        MemoryPool pool = open(begin, ByteSize.kib(4));
        use(pool, ByteSize.kib(256));
        pass(20);
        use(pool, ByteSize.kib(256));
        assertThat(pool.trim(IDLE)).as("just used").isZero();
        pass(20);
        use(pool, ByteSize.kib(256));
        assertThat(pool.trim(IDLE)).as("used again since the trim before").isZero();
        pass(9);
        assertThat(pool.trim(IDLE)).isZero();
        pass(1);
        assertThat(pool.trim(IDLE)).isEqualTo(pool.statistics().reservedBytes().peak());
        PoolValidator.validate(pool);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, WRAPS, Long.MIN_VALUE})
    void shouldKeepWhatWasUsedBetweenTrimsWhenBothFoundItFree(long begin) {
        MemoryPool pool = open(begin, ByteSize.mib(2));
        use(pool, ByteSize.mib(8));
        assertThat(pool.trim(IDLE)).isZero();
        pass(9);
        use(pool, ByteSize.mib(8));
        pass(1);
        assertThat(pool.trim(IDLE)).as("used one second ago").isZero();
        pass(9);
        assertThat(pool.trim(IDLE)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, WRAPS, Long.MIN_VALUE})
    void shouldGiveBackWhatWasLeftAloneWhenMemoryBesideItIsUsed(long begin) {
        MemoryPool pool = open(begin, ByteSize.mib(2));
        Allocation lower = pool.allocate(ByteSize.mib(64));
        use(pool, ByteSize.mib(64));
        lower.close();
        assertThat(pool.trim(IDLE)).isZero();
        pass(9);
        use(pool, ByteSize.mib(4));
        pass(1);
        long released = pool.trim(IDLE);
        assertThat(released).isGreaterThanOrEqualTo(ByteSize.mib(64));
        assertThat(pool.statistics().reservedBytes().current()).isPositive();
        PoolValidator.validate(pool);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, WRAPS, Long.MIN_VALUE})
    void shouldGiveBackAtOnceWhenStreamHasUsedNothingForLong(long begin) {
        MemoryPool pool = open(begin, ByteSize.mib(2));
        Stream stream = pool.device().newStream();
        pool.allocate(ByteSize.mib(8), stream).close();
        stream.synchronize();
        pass(20);
        assertThat(pool.trim(Duration.ofSeconds(21))).isZero();
        assertThat(pool.trim(Duration.ofSeconds(20))).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, WRAPS, Long.MIN_VALUE})
    void shouldCountFromGatheringWhenMemoryWasGathered(long begin) {
        MemoryPool pool = open(begin, ByteSize.mib(2));
        Allocation lower = pool.allocate(ByteSize.mib(64));
        try (Allocation last = pool.allocate(ByteSize.mib(64))) {
            lower.close();
            pass(20);
            assertThat(pool.compact()).isGreaterThanOrEqualTo(ByteSize.mib(64));
            pass(9);
            assertThat(pool.trim(IDLE)).isZero();
            pass(1);
            assertThat(pool.trim(IDLE)).isEqualTo(ByteSize.mib(64));
            assertThat(last.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, WRAPS, Long.MIN_VALUE})
    void shouldKeepAllWhenTimeIsTheLongestThereIs(long begin) {
        MemoryPool pool = open(begin, ByteSize.kib(64));
        use(pool, ByteSize.mib(8));
        pass(20);
        assertThat(pool.trim(Duration.ofSeconds(Long.MAX_VALUE))).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, WRAPS, Long.MIN_VALUE})
    void shouldGiveBackAtOnceWhenUsedOnceAfterManyFreesAndTrim(long begin) {
        MemoryPool pool = open(begin, ByteSize.mib(2));
        for (int i = 0; i < 30; i++) {
            use(pool, ByteSize.mib(4));
        }
        assertThat(pool.trim()).isPositive();
        pass(5);
        use(pool, ByteSize.mib(64));
        pass(9);
        assertThat(pool.trim(IDLE)).isZero();
        pass(1);
        assertThat(pool.trim(IDLE)).isGreaterThanOrEqualTo(ByteSize.mib(64));
    }

    private void pass(long seconds) {
        nanos += Duration.ofSeconds(seconds).toNanos();
    }

    private static void use(MemoryPool pool, long bytes) {
        pool.allocate(bytes).close();
    }

    private MemoryPool open(long begin, long pageBytes) {
        nanos = begin;
        Quarry quarry = Quarry.builder()
                .provider(new SimProvider(SimOptions.builder()
                        .totalBytes(pageBytes << 8)
                        .virtualMemory(true)
                        .pageBytes(pageBytes)
                        .build()))
                .timeSource(() -> nanos)
                .open();
        opened.add(quarry);
        return quarry.openPool(
                quarry.device("sim"),
                MemoryKind.PINNED,
                PoolOptions.withoutEnvironment().cacheBytes(0).build());
    }
}
