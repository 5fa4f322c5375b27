package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.check.PoolValidator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two processes on one simulated device: each sees what the other has taken as not free. */
class SharedDeviceTest {
    private static final long TOTAL = 64 << 20;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<Quarry> processes = new ArrayList<>();
    private SimProvider first = new SimProvider();

    @AfterEach
    void close() {
        processes.forEach(Quarry::close);
    }

    private MemoryPool open(boolean virtualMemory) {
        boolean begins = processes.isEmpty();
        if (begins) {
            first = new SimProvider(SimOptions.builder()
                    .totalBytes(TOTAL)
                    .virtualMemory(virtualMemory)
                    .build());
        }
        Quarry quarry =
                Quarry.builder().provider(begins ? first : first.sharing()).open();
        processes.add(quarry);
        return quarry.openPool(
                quarry.device("sim"),
                MemoryKind.DEVICE,
                PoolOptions.withoutEnvironment().build());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotGrowIntoWhatOthersHoldWhenDeviceIsShared(boolean virtualMemory) {
        MemoryPool one = open(virtualMemory);
        MemoryPool two = open(virtualMemory);
        Allocation most = one.allocate(TOTAL / 4 * 3);
        Allocation rest = two.allocate(TOTAL / 4);
        assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                .isThrownBy(() -> two.allocate(TOTAL / 2))
                .withMessageContaining(
                        "48.00 MiB of it outside this pool: free some, or let other processes give theirs back")
                .satisfies(
                        e -> assertThat(e.report().refusal().elsewhereBytes()).isEqualTo(TOTAL / 4 * 3))
                .satisfies(e -> assertThat(e.report().refusal().account()).isEqualTo("driver"));
        most.close();
        one.trim();
        two.allocate(TOTAL / 2).close();
        rest.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldServeWaitingRequestWhenOtherProcessGivesBack(boolean virtualMemory) {
        MemoryPool one = open(virtualMemory);
        MemoryPool two = open(virtualMemory);
        Allocation all = one.allocate(TOTAL);
        CompletableFuture<Allocation> waiting = two.allocateAsync(TOTAL / 2);
        assertThat(waiting).isNotDone();
        all.close();
        one.trim();
        waiting.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join().close();
        first.driver(0).useElsewhere(TOTAL);
        two.trim();
        CompletableFuture<Allocation> again = two.allocateAsync(TOTAL / 2);
        assertThat(again).isNotDone();
        first.driver(0).useElsewhere(0);
        again.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join().close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLoseNothingWhenProcessesContend(boolean virtualMemory) throws InterruptedException {
        List<MemoryPool> pools = List.of(open(virtualMemory), open(virtualMemory));
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            MemoryPool pool = pools.get(i % 2);
            Dice dice = new Dice(77 + i);
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                try {
                    contend(pool, dice);
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        pools.forEach(PoolValidator::validate);
        pools.forEach(MemoryPool::trim);
        assertThat(pools).allMatch(pool -> pool.statistics().reservedBytes().current() == 0);
        pools.getFirst().allocate(TOTAL).close();
    }

    private static void contend(MemoryPool pool, Dice dice) {
        List<Allocation> held = new ArrayList<>();
        for (int step = 0; step < 1000; step++) {
            Optional<Allocation> got = pool.tryAllocate(dice.logUniform(1 << 10, TOTAL / 8));
            got.ifPresent(held::add);
            if (got.isEmpty() || dice.oneIn(3)) {
                held.forEach(Allocation::close);
                held.clear();
                pool.trim();
            }
        }
        held.forEach(Allocation::close);
    }
}
