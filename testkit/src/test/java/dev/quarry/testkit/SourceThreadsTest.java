package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemorySource;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.check.PoolValidator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Threads at several pools over sources that take from one pool, while the device's limit makes all ask each other. */
class SourceThreadsTest {
    private static final Duration HANGING = Duration.ofSeconds(60);

    @Test
    void shouldNotWaitForEachOtherWhenSourcesTakeFromOnePool() throws InterruptedException {
        SimProvider provider =
                new SimProvider(SimOptions.builder().totalBytes(64 << 20).build());
        Quarry quarry = Quarry.builder().provider(provider).open();
        Device device = quarry.device("sim");
        PoolOptions options =
                PoolOptions.withoutEnvironment().segmentBytes(64 << 10).build();
        MemoryPool below = quarry.openPool(device, MemoryKind.DEVICE, options);
        device.limit(6 << 20);
        List<PoolBacked> sources = new ArrayList<>();
        List<MemoryPool> pools = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            PoolBacked source = new PoolBacked(below);
            MemoryPool pool = MemoryPool.over(source, options);
            sources.add(source);
            pools.add(pool);
            Random random = new Random(i);
            threads.add(Thread.ofPlatform().daemon().start(() -> work(pool, random)));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(HANGING))
                    .as("a thread ends: %s", (Object) thread.getStackTrace())
                    .isTrue();
        }
        assertThat(below.statistics().outOfMemory()).isPositive();
        for (int i = 0; i < pools.size(); i++) {
            PoolValidator.validate(pools.get(i));
            pools.get(i).close();
            assertThat(sources.get(i).givenBytes()).isZero();
        }
        PoolValidator.validate(below);
        assertThat(below.statistics().allocations().current()).isZero();
        quarry.close();
        assertThat(provider.driver(0).hazards().texts()).isEmpty();
    }

    /** The thread that runs short in one pool may be the one that a source of another pool waits for. */
    @Test
    void shouldNotWaitForEachOtherWhenSourceUsesThreadOfItsOwn() {
        SimProvider provider =
                new SimProvider(SimOptions.builder().totalBytes(8 << 20).build());
        Quarry quarry = Quarry.builder().provider(provider).open();
        PoolOptions options = PoolOptions.withoutEnvironment().build();
        MemoryPool below = quarry.openPool(quarry.device("sim"), MemoryKind.DEVICE, options);
        ExecutorService library =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        try {
            PoolBacked direct = new PoolBacked(below);
            MemoryPool over = MemoryPool.over(new Threaded(direct, library), options);
            Allocation held = over.allocate(1 << 20);
            long kept = over.statistics().reservedBytes().current();
            CompletableFuture<Optional<Allocation>> asking =
                    CompletableFuture.supplyAsync(() -> over.tryAllocate(16 << 20));
            assertThat(asking.orTimeout(HANGING.toSeconds(), TimeUnit.SECONDS).join())
                    .isEmpty();
            held.close();
            below.allocate((8 << 20) - kept / 2).close(); // gets what the pool over the source gives back
            assertThat(over.statistics().reservedBytes().current()).isZero();
            quarry.close();
        } finally {
            library.shutdownNow();
        }
        assertThat(provider.driver(0).hazards().texts()).isEmpty();
    }

    /** A source that asks another one on a thread of its own. */
    private record Threaded(MemorySource source, ExecutorService thread) implements MemorySource {
        @Override
        public Device device() {
            return source.device();
        }

        @Override
        public MemoryKind kind() {
            return source.kind();
        }

        @Override
        public MemoryInfo memory() {
            return new MemoryInfo(64 << 20, 64 << 20);
        }

        @Override
        public OptionalLong allocate(long bytes, long alignment) {
            return CompletableFuture.supplyAsync(() -> source.allocate(bytes, alignment), thread)
                    .join();
        }

        @Override
        public void free(long address, long bytes) {
            source.free(address, bytes);
        }
    }

    private static void work(MemoryPool pool, Random random) {
        Deque<Allocation> held = new ArrayDeque<>();
        for (int i = 0; i < 3000; i++) {
            pool.tryAllocate(1 + random.nextInt(1_500_000)).ifPresent(held::add);
            if (held.size() > 2 || random.nextInt(4) == 0) {
                Allocation oldest = held.poll();
                if (oldest != null) {
                    oldest.close();
                }
            }
        }
        held.forEach(Allocation::close);
    }
}
