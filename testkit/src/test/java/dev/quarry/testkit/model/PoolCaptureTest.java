package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that capture graphs: what a private pool does for them, and what any other pool does. */
class PoolCaptureTest {
    private static final long MIB = 1 << 20;

    private final StreamCalls provider = new StreamCalls(SimOptions.builder()
            .schedule(SimSchedule.LAZY)
            .totalBytes(64 * MIB)
            .virtualMemory(true)
            .build());
    private final Quarry quarry = Quarry.builder().provider(provider).open();
    private final Device device = quarry.device("sim");
    private final SimDriver driver = provider.driver();
    private final MemoryPool pool = quarry.openPool(
            device, MemoryKind.DEVICE, PoolOptions.withoutEnvironment().build());
    private final Stream captured = device.newStream();
    private final Stream other = device.newStream();

    @AfterEach
    void close() {
        if (pool.isOpen()) {
            quarry.close();
        }
        assertThat(driver.hazards().texts()).isEmpty();
    }

    /** Allocates and frees what a captured layer needs, and returns the places. */
    private static List<Long> layer(MemoryPool from, Stream stream) {
        List<Allocation> all = new ArrayList<>();
        for (long bytes : new long[] {MIB, 3 * MIB, 1000, 70_000, 1000}) {
            all.add(from.allocate(bytes, stream));
        }
        List<Long> places = all.stream().map(Allocation::address).toList();
        all.forEach(Allocation::close);
        return places;
    }

    @Test
    void shouldMakeNoCallAboutAnyStreamWhenPrivatePoolServesCapture() {
        MemoryPool graph = pool.privatePool();
        graph.warmUp(4 * MIB, 3);
        layer(graph, other);
        driver.beginCapture(captured.handle());
        provider.take();
        layer(graph, captured);
        long grown = graph.statistics().driver().allocations();
        for (int i = 0; i < 10; i++) {
            layer(graph, captured);
        }
        assertThat(graph.statistics().driver().allocations()).isEqualTo(grown);
        Allocation several = graph.allocate(5000, captured);
        several.usedOn(other);
        several.close();
        assertThat(graph.tryAllocate(100 * MIB)).isEmpty();
        assertThat(graph.trim() + graph.compact() + graph.collect()).isZero();
        assertThatThrownBy(() -> graph.allocate(60 * MIB, captured)).isInstanceOf(DeviceOutOfMemoryException.class);
        graph.reconfigure(graph.options().toBuilder().limit(1).build());
        device.limit(1);
        device.limit(Long.MAX_VALUE);
        assertThat(provider.take()).noneMatch(call -> call.endsWith(" " + captured.handle()));
        assertThatThrownBy(graph::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("captures a graph");
        assertThat(graph.isOpen()).isTrue();
        PoolValidator.validate(graph);
        // Only the refused close has asked, and nothing but whether there is a capture.
        assertThat(provider.take()).allMatch(call -> call.startsWith("state ")).hasSizeLessThanOrEqualTo(3);
        driver.endCapture(captured.handle());
        graph.close();
        assertThat(graph.statistics().reservedBytes().current()).isZero();
    }

    /** A pool that is nearly full exchanges segments that are much too large, which asks the driver. */
    @Test
    void shouldNotAskDriverWhenWarmedUpSegmentIsMuchTooLarge() {
        MemoryPool graph = pool.privatePool(
                PoolOptions.withoutEnvironment().limit(44 * MIB).build());
        graph.warmUp(20 * MIB, 2);
        driver.beginCapture(captured.handle());
        long taken = driver.counters().of(SimFunction.ALLOCATE);
        long asked = driver.counters().of(SimFunction.MEMORY);
        graph.allocate(17 * MIB, captured).close();
        assertThat(driver.counters().of(SimFunction.ALLOCATE)).isEqualTo(taken);
        assertThat(driver.counters().of(SimFunction.MEMORY)).isEqualTo(asked);
        driver.endCapture(captured.handle());
        graph.close();
    }

    @Test
    void shouldLetNobodyHaveWhatGraphUsesWhenItIsReplayed() {
        MemoryPool graph = pool.privatePool();
        graph.warmUp(4 * MIB, 3);
        driver.beginCapture(captured.handle());
        List<Allocation> all = new ArrayList<>();
        for (long bytes : new long[] {MIB, 2 * MIB, 70_000}) {
            all.add(graph.allocate(bytes, captured));
        }
        List<Long> places = all.stream().map(Allocation::address).toList();
        List<Long> sizes = all.stream().map(Allocation::byteSize).toList();
        all.forEach(Allocation::close);
        driver.endCapture(captured.handle());
        graph.trim();
        graph.compact();
        Stream launches = device.newStream();
        for (int launch = 0; launch < 3; launch++) {
            for (int i = 0; i < places.size(); i++) {
                driver.touch(launches.handle(), places.get(i), sizes.get(i), true); // as the graph does
            }
            for (MemoryPool from : List.of(pool, graph)) {
                try (Allocation theirs = from.allocate(2 * MIB, other)) {
                    driver.touch(other.handle(), theirs.address(), theirs.byteSize(), true);
                }
            }
        }
        launches.synchronize();
        other.synchronize();
        captured.close();
        layer(graph, other);
        PoolValidator.validate(graph);
        graph.close();
        assertThat(graph.statistics().reservedBytes().current()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGiveAllBackWhenPrivatePoolClosesBehindItsStreams(boolean streamFirst) {
        MemoryPool graph = pool.privatePool();
        for (Stream stream : List.of(captured, other)) {
            Allocation one = graph.allocate(MIB, stream);
            driver.touch(stream.handle(), one.address(), MIB, true);
            one.usedOn(device.defaultStream());
            driver.touch(stream.handle(), one.address(), MIB, true);
            one.close();
            layer(graph, stream);
        }
        if (streamFirst) {
            captured.close();
        }
        graph.close();
        assertThat(graph.statistics().reservedBytes().current()).isZero();
        assertThat(driver.liveBytes()).isZero();
    }

    @Test
    void shouldKeepMemoryForCaptureWhenQuarryClosesInTheMiddleOfIt() {
        MemoryPool graph = pool.privatePool();
        graph.allocate(MIB, captured).close();
        driver.beginCapture(captured.handle());
        provider.take();
        quarry.close();
        assertThat(provider.take())
                .filteredOn(call -> call.endsWith(" " + captured.handle()))
                .allMatch(call -> call.startsWith("state ") || call.startsWith("destroyStream "));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRefuseStreamsCloseWhenItCaptures(boolean wrapped) {
        MemoryPool graph = pool.privatePool();
        Stream stream = wrapped ? device.wrapStream(captured.handle()) : captured;
        driver.beginCapture(captured.handle());
        layer(graph, stream);
        layer(pool, stream);
        provider.take();
        assertThatThrownBy(stream::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(stream.toString())
                .hasMessageContaining("captures a graph");
        assertThat(provider.take()).containsExactly("state " + captured.handle());
        assertThat(stream.isOpen()).isTrue();
        layer(graph, stream);
        driver.endCapture(captured.handle());
        stream.close();
        assertThatThrownBy(stream::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed before");
        graph.close();
        pool.close();
        assertThat(driver.liveBytes()).isZero();
        quarry.close();
    }

    @Test
    void shouldRefuseBorrowedStreamWhenPrivate() {
        MemoryPool graph = pool.privatePool();
        Stream borrowed = device.borrowStream(captured.handle());
        assertThatThrownBy(() -> graph.allocate(100, borrowed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("borrowed")
                .hasMessageContaining("wrap it");
        Allocation one = graph.allocate(100, captured);
        assertThatThrownBy(() -> one.usedOn(borrowed)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> one.close(borrowed)).isInstanceOf(IllegalArgumentException.class);
        assertThat(one.isOpen()).isTrue();
        one.close();
        borrowed.close();
    }

    /** What docs/memory.md says of pools that are not private: the stream is asked for its state, and nothing else. */
    @Test
    void shouldOnlyAskForStateWhenAnyPoolServesCapture() {
        pool.allocate(40 * MIB, other).close();
        driver.beginCapture(captured.handle());
        provider.take();
        layer(pool, captured);
        Allocation large = pool.allocate(45 * MIB, captured);
        large.close();
        pool.trim();
        pool.compact();
        assertThat(provider.take())
                .filteredOn(call -> call.endsWith(" " + captured.handle()))
                .isNotEmpty()
                .allMatch(call -> call.startsWith("state "));
        assertThat(pool.statistics().reservedBytes().current()).isGreaterThanOrEqualTo(45 * MIB);
        driver.endCapture(captured.handle());
        assertThat(pool.trim()).isGreaterThanOrEqualTo(45 * MIB); // why a graph needs a private pool
    }
}
