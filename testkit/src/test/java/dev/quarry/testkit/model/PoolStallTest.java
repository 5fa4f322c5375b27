package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.LadderStep;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolMode;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.check.PoolValidator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long the host waits for a device that takes its time: all waits of one allocation together at most max-stall. */
class PoolStallTest {
    private static final int PAGE = 4096;
    private static final long MILLIS = 1_000_000;
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({"false,BALANCED", "true,FAST", "true,BALANCED", "true,THRIFTY"})
    void shouldWaitForMaxStallOnceWhenDeviceTakesLonger(boolean virtualMemory, PoolMode mode) {
        try (Case one = new Case(virtualMemory, mode, Duration.ofMillis(10), 1000 * MILLIS)) {
            one.freeHalves();
            assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                    .isThrownBy(() -> one.pool.allocate(4 * MIB))
                    .withMessageContaining(
                            "the time for that was used up: allow more (the option max-stall, now 10 ms");
            assertThat(one.stallNanos()).isEqualTo(10 * MILLIS);
            assertThat(one.pool.statistics().ladder(LadderStep.WAIT).bytes()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"false,BALANCED", "true,FAST", "true,BALANCED", "true,THRIFTY"})
    void shouldServeWithinMaxStallWhenDeviceIsFastEnough(boolean virtualMemory, PoolMode mode) {
        try (Case one = new Case(virtualMemory, mode, Duration.ofMillis(10), MILLIS)) {
            one.freeHalves();
            one.pool.allocate(4 * MIB).close();
            assertThat(one.stallNanos()).isBetween(MILLIS, 10 * MILLIS);
        }
    }

    @ParameterizedTest
    @CsvSource({"false,BALANCED", "true,FAST", "true,BALANCED", "true,THRIFTY"})
    void shouldNotWaitWhenMaxStallIsZero(boolean virtualMemory, PoolMode mode) {
        try (Case one = new Case(virtualMemory, mode, Duration.ZERO, MILLIS)) {
            one.freeHalves();
            assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                    .isThrownBy(() -> one.pool.allocate(4 * MIB))
                    .withMessageContaining("the option max-stall is zero: raise it");
            assertThat(one.stallNanos()).isZero();
            assertThat(one.pool.statistics().driver().hostWaits()).isZero();
            assertThat(one.sim.driver().counters().of(SimFunction.AWAIT)).isZero();
        }
    }

    /** Near the limit an empty segment that is much too large is exchanged, which may wait too. */
    @Test
    void shouldWaitForMaxStallOnceWhenSegmentIsExchangedFirst() {
        try (Case one = new Case(false, PoolMode.BALANCED, Duration.ofMillis(10), 1000 * MILLIS)) {
            one.pool.reconfigure(one.pool.options().toBuilder().limit(64 * MIB).build());
            one.allocate(64 * MIB, one.first).close();
            one.pool.allocate(32 * MIB, one.first).close();
            assertThat(one.stallNanos()).isEqualTo(10 * MILLIS);
            assertThat(one.pool.statistics().ladder(LadderStep.WAIT).tries()).isOne();
            assertThat(one.pool.statistics().ladder(LadderStep.WAIT).nanos()).isEqualTo(10 * MILLIS);
        }
    }

    @Test
    void shouldBeginAnewWhenAnotherAllocationWaits() {
        try (Case one = new Case(false, PoolMode.BALANCED, Duration.ofMillis(10), 1000 * MILLIS)) {
            one.freeHalves();
            for (int i = 1; i <= 3; i++) {
                assertThat(one.pool.tryAllocate(4 * MIB)).isEmpty();
                assertThat(one.stallNanos()).isEqualTo(10 * MILLIS * i);
            }
        }
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void shouldNeverWaitLongerThanMaxStallWhenOperationsAreRandom(@ForAll long seed) {
        Dice dice = new Dice(seed);
        Duration most = Duration.ofMillis(dice.oneOf(0, 1, 7, 50));
        PoolMode mode = dice.oneOf(PoolMode.values());
        try (Case one = new Case(dice.oneIn(2), mode, most, dice.oneOf(MILLIS, 3 * MILLIS, 20 * MILLIS))) {
            for (int i = 0; i < 100; i++) {
                long before = one.stallNanos();
                if (dice.oneIn(10)) {
                    one.switchSteps(dice);
                }
                one.step(dice);
                assertThat(one.stallNanos() - before)
                        .as("seed %d, step %d", seed, i)
                        .isBetween(0L, most.toNanos());
            }
            assertThat(one.pool.statistics().ladder().values())
                    .allMatch(step -> step.served() <= step.tries() && step.nanos() <= one.stallNanos());
        }
    }

    /** A pool at a limit of 4 MiB, over a slow device. */
    private static final class Case implements AutoCloseable {
        private final SlowSim sim;
        private final Quarry quarry;
        private final MemoryPool pool;
        private final Stream first;
        private final Stream second;
        private final List<Allocation> live = new ArrayList<>();

        Case(boolean virtualMemory, PoolMode mode, Duration maxStall, long nanosPerWork) {
            sim = new SlowSim(
                    SimOptions.builder()
                            .totalBytes(64 * MIB)
                            .virtualMemory(virtualMemory)
                            .pageBytes(PAGE),
                    nanosPerWork);
            quarry = Quarry.builder().provider(sim).timeSource(sim::now).open();
            first = quarry.device("sim").newStream();
            second = quarry.device("sim").newStream();
            pool = quarry.openPool(
                    quarry.device("sim"),
                    MemoryKind.PINNED,
                    PoolOptions.withoutEnvironment()
                            .limit(4 * MIB)
                            .mode(mode)
                            .maxStall(maxStall)
                            .build());
        }

        /** Fills the pool with two halves, and frees each on a stream of its own with work that is not complete. */
        void freeHalves() {
            Allocation one = allocate(2 * MIB, first);
            Allocation other = allocate(2 * MIB, second);
            one.close();
            other.close();
        }

        Allocation allocate(long bytes, Stream stream) {
            Allocation allocation = pool.allocate(bytes, stream);
            sim.driver().touch(stream.handle(), allocation.address(), bytes, true);
            return allocation;
        }

        void step(Dice dice) {
            Stream stream = dice.oneOf(first, second, quarry.device("sim").defaultStream());
            if (!live.isEmpty() && dice.oneIn(2)) {
                live.remove(dice.below(live.size())).close();
                return;
            }
            long bytes = dice.logUniform(1000, 4 * MIB);
            try {
                live.add(dice.oneIn(3) ? pool.allocate(bytes) : allocate(bytes, stream));
            } catch (DeviceOutOfMemoryException e) {
                assertThat(e.report().requestedBytes()).isEqualTo(bytes);
            }
        }

        void switchSteps(Dice dice) {
            List<LadderStep> on = Arrays.stream(LadderStep.values())
                    .filter(step -> !dice.oneIn(4))
                    .toList();
            pool.reconfigure(pool.options().toBuilder().ladder(on).build());
        }

        long stallNanos() {
            return pool.statistics().driver().stallNanos();
        }

        @Override
        public void close() {
            PoolValidator.validate(pool);
            live.forEach(Allocation::close);
            sim.hurry();
            quarry.close();
            assertThat(sim.driver().hazards().texts()).isEmpty();
        }
    }
}
