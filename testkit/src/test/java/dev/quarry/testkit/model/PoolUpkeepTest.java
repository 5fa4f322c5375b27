package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pool keeps, and what it gives back when it is trimmed or closed. */
class PoolUpkeepTest {
    private final SimProvider provider =
            new SimProvider(SimOptions.builder().schedule(SimSchedule.IMMEDIATE).build());
    private final Quarry quarry = Quarry.builder().provider(provider).open();
    private final Stream stream = quarry.device("sim").newStream();

    @AfterEach
    void close() {
        quarry.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 20, 100, 1000})
    void shouldGiveAllBackWhenTrimmedAfterQuickSuccession(int rounds) {
        MemoryPool pool = open(PoolOptions.withoutEnvironment());
        for (int i = 0; i < rounds; i++) {
            pool.allocate(8 << 20, stream).close();
        }
        pool.trim();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 20, 100, 1000})
    void shouldKeepAllWhenTrimmedOfWhatIsLongIdle(int rounds) {
        MemoryPool pool = open(PoolOptions.withoutEnvironment());
        for (int i = 0; i < rounds; i++) {
            pool.allocate(8 << 20, stream).close();
        }
        assertThat(pool.trim(Duration.ofDays(1))).isZero();
        assertThat(pool.statistics().reservedBytes().current()).isPositive();
    }

    @Test
    void shouldCacheNothingWhenBoundIsZero() {
        MemoryPool pool = open(PoolOptions.withoutEnvironment().cacheBytes(0));
        for (int i = 0; i < 1000; i++) {
            pool.allocate(100_000, stream).close();
        }
        assertThat(pool.statistics().cachedBytes()).isZero();
    }

    @Test
    void shouldGiveAllBackWhenClosedWithMemoryStillToBeCleared() {
        MemoryPool pool = open(PoolOptions.withoutEnvironment().clearOnFree(true));
        Allocation allocation = pool.allocate(8 << 20, stream);
        provider.driver(0).beginCapture(stream.handle());
        allocation.close(); // nothing may be put on the stream now
        provider.driver(0).endCapture(stream.handle());
        pool.close();
        assertThat(provider.driver(0).liveBytes()).isZero();
    }

    private MemoryPool open(PoolOptions.Builder options) {
        return quarry.openPool(quarry.device("sim"), MemoryKind.DEVICE, options.build());
    }
}
