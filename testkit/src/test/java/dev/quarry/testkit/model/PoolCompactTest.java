package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics;
import dev.quarry.PoolMode;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Free memory between live allocations, gathered so that it is of use as one piece. */
class PoolCompactTest {
    private static final long PAGE = 2 << 20;

    private final SimProvider provider = new SimProvider(SimOptions.builder()
            .schedule(SimSchedule.LAZY)
            .virtualMemory(true)
            .pageBytes(PAGE)
            .build());
    private final Quarry quarry = Quarry.builder().provider(provider).open();
    private final SimDriver driver = provider.driver(0);
    private final Stream stream = quarry.device("sim").newStream();
    private MemoryPool pool = open(PoolMode.THRIFTY);

    /** Of which all but each third are free: each is a handle of its own. */
    private List<Allocation> pieces = List.of();

    @AfterEach
    void close() {
        driver.faults().clear();
        PoolValidator.validate(pool);
        pieces.stream().filter(Allocation::isOpen).forEach(Allocation::close);
        quarry.close();
        assertThat(driver.hazards().texts()).isEmpty();
        assertThat(driver.liveHandles()).isZero();
        assertThat(driver.liveBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource(PoolMode.class)
    void shouldServeAllThatIsFreeAsOnePieceWhenCompacted(PoolMode mode) {
        pool = open(mode);
        scatter(32 * PAGE); // in all modes about a handle
        driver.advanceAll();
        List<Long> addresses = addresses();
        long gathered = pool.compact();
        PoolValidator.validate(pool);
        assertThat(gathered).as("more than each piece").isGreaterThan(64 * PAGE);
        MemoryStatistics before = pool.statistics();
        try (Allocation all = pool.allocate(gathered)) {
            assertThat(all.byteSize()).isEqualTo(gathered);
            MemoryStatistics now = pool.statistics();
            assertThat(now.driver().pagesCreated()).isEqualTo(before.driver().pagesCreated());
            assertThat(now.reservedBytes().current())
                    .isEqualTo(before.reservedBytes().current());
        }
        assertThat(addresses()).isEqualTo(addresses);
    }

    @Test
    void shouldGatherAllThatIsFreeWhenEachPieceIsOfWholeHandles() {
        scatter(PAGE);
        driver.advanceAll();
        assertThat(pool.compact()).isEqualTo(8 * PAGE);
        assertThat(pool.statistics().freeBytes()).isEqualTo(8 * PAGE);
        assertThat(pool.statistics().largestFreeBytes()).isEqualTo(8 * PAGE);
    }

    @Test
    void shouldDoNothingWhenCompactedAgain() {
        scatter(PAGE);
        driver.advanceAll();
        pool.compact();
        MemoryStatistics before = pool.statistics();
        assertThat(pool.compact()).isZero();
        assertThat(pool.statistics().driver().unmaps())
                .isEqualTo(before.driver().unmaps());
    }

    @Test
    void shouldLeaveMemoryAloneWhenWorkMayStillUseIt() {
        scatter(PAGE);
        assertThat(pool.compact()).isZero();
        assertThat(pool.statistics().driver().hostWaits()).isZero();
        stream.synchronize();
        assertThat(pool.compact()).isEqualTo(8 * PAGE);
    }

    @Test
    void shouldTakeGatheredMemoryFirstWhenRequestsAreSmaller() {
        scatter(PAGE);
        driver.advanceAll();
        pool.compact();
        long created = pool.statistics().driver().pagesCreated();
        try (Allocation one = pool.allocate(PAGE);
                Allocation two = pool.allocate(2 * PAGE);
                Allocation small = pool.allocate(1000)) {
            assertThat(List.of(one, two, small)).allMatch(Allocation::isOpen);
            assertThat(pool.statistics().driver().pagesCreated()).isEqualTo(created);
        }
    }

    @Test
    void shouldGiveGatheredMemoryBackWhenTrimmed() {
        scatter(PAGE);
        driver.advanceAll();
        pool.compact();
        assertThat(pool.trim()).isEqualTo(8 * PAGE);
        assertThat(driver.liveBytes()).isEqualTo(4 * PAGE);
    }

    @Test
    void shouldGiveGatheredMemoryBackWhenLimitIsLoweredBelowWhatIsReserved() {
        scatter(PAGE);
        driver.advanceAll();
        pool.compact();
        pool.reconfigure(pool.options().toBuilder().limit(6 * PAGE).build());
        assertThat(pool.statistics().reservedBytes().current()).isLessThanOrEqualTo(6 * PAGE);
        assertThatThrownBy(() -> pool.allocate(8 * PAGE)).isInstanceOf(DeviceOutOfMemoryException.class);
        pool.allocate(PAGE).close();
    }

    @ParameterizedTest
    @EnumSource(names = {"FAST", "THRIFTY"}) // a balanced pool grows by more than is asked for
    void shouldGiveGatheredMemoryBackWhenItIsTooLargeForWhatLacks(PoolMode mode) {
        long page = 64 << 10;
        SimProvider small = new SimProvider(SimOptions.builder()
                .schedule(SimSchedule.LAZY)
                .virtualMemory(true)
                .pageBytes(page)
                .build());
        try (Quarry other = Quarry.builder().provider(small).open()) {
            Stream first = other.device("sim").defaultStream();
            MemoryPool tight = other.openPool(
                    other.device("sim"),
                    MemoryKind.DEVICE,
                    PoolOptions.withoutEnvironment().mode(mode).limit(52 * page).build());
            Allocation large = tight.allocate(32 * page);
            try (Allocation last = tight.allocate(17 * page)) {
                Allocation late = tight.allocate(page);
                large.close();
                first.synchronize();
                assertThat(tight.compact()).isEqualTo(32 * page);
                small.driver(0).touch(first.handle(), late.address(), page, true);
                late.close(); // which would have to be waited for
                // So aligned, it is mapped alone: no larger handle can be used for it.
                tight.allocate(AllocationRequest.of(17 * page).aligned(2 * page))
                        .close();
                assertThat(tight.statistics().driver().hostWaits()).isZero();
                assertThat(last.isOpen()).isTrue();
            }
            PoolValidator.validate(tight);
        }
    }

    @Test
    void shouldAskHandlerOnceWhenOnlyGatheredMemoryWentBack() {
        scatter(PAGE);
        driver.advanceAll();
        pool.compact();
        AtomicInteger calls = new AtomicInteger();
        pool.reconfigure(pool.options().toBuilder()
                .limit(12 * PAGE)
                .outOfMemoryHandler(report -> calls.incrementAndGet() > 0)
                .build());
        assertThatThrownBy(() -> pool.allocate(11 * PAGE)).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThat(calls).as("it freed nothing").hasValue(1);
        assertThat(pool.statistics().retries()).isZero();
    }

    @Test
    void shouldGoOnWhenDriverFailsToUnmap() {
        scatter(PAGE);
        driver.advanceAll();
        driver.faults().failOnce(SimFunction.UNMAP, 2, SimFailure.ERROR);
        assertThat(pool.compact()).isEqualTo(7 * PAGE);
        PoolValidator.validate(pool);
        assertThat(pool.compact()).isEqualTo(PAGE);
    }

    @Test
    void shouldLoseNothingWhenDriverFailsToMapWhatWasGathered() {
        scatter(PAGE);
        driver.advanceAll();
        pool.compact();
        long created = pool.statistics().driver().pagesCreated();
        driver.faults().failOnce(SimFunction.MAP, 3, SimFailure.OUT_OF_MEMORY);
        pool.allocate(8 * PAGE).close();
        PoolValidator.validate(pool);
        assertThat(pool.statistics().driver().pagesCreated()).isEqualTo(created);
    }

    @Test
    void shouldGiveUnusedSegmentsBackWhenThereIsNoVirtualMemory() {
        pool = quarry.openPool(
                quarry.device("sim"),
                MemoryKind.DEVICE,
                PoolOptions.withoutEnvironment()
                        .virtualMemory(false)
                        .cacheBytes(0)
                        .build());
        pieces = List.of(pool.allocate(100), pool.allocate(32 << 20), pool.allocate(64 << 20));
        pieces.get(1).close();
        driver.advanceAll();
        long reserved = pool.statistics().reservedBytes().current();
        assertThat(pool.compact()).isEqualTo(32 << 20);
        assertThat(pool.statistics().reservedBytes().current()).isEqualTo(reserved - (32 << 20));
    }

    /** Fills twelve places by work of a stream, and frees two of three in its order. */
    private void scatter(long bytes) {
        pieces = java.util.stream.Stream.generate(() -> pool.allocate(bytes, stream))
                .limit(12)
                .toList();
        for (int i = 0; i < pieces.size(); i++) {
            driver.touch(stream.handle(), pieces.get(i).address(), bytes, true);
            if (i % 3 != 2) {
                pieces.get(i).close();
            }
        }
    }

    private List<Long> addresses() {
        return pieces.stream()
                .filter(Allocation::isOpen)
                .map(Allocation::address)
                .toList();
    }

    private MemoryPool open(PoolMode mode) {
        return quarry.openPool(
                quarry.device("sim"),
                MemoryKind.DEVICE,
                PoolOptions.withoutEnvironment().mode(mode).cacheBytes(0).build());
    }
}
