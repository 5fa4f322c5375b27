package dev.quarry.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.MemoryKind;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import dev.quarry.spi.VirtualMemory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Counts, prices, faults and hooks of the calls on pages. */
class SimPageCallsTest {
    private static final long MIB = 1 << 20;
    private static final long PAGE = 2 * MIB;

    private final SimDriver driver = driver(PagePrices.defaults(), PAGE);
    private final VirtualMemory pages = driver.virtualMemory().orElseThrow();

    private static SimDriver driver(PagePrices prices, long pageBytes) {
        return new SimDriver(
                SimOptions.builder()
                        .totalBytes(64 * PAGE)
                        .virtualMemory(true)
                        .pageBytes(pageBytes)
                        .pagePrices(prices)
                        .build(),
                0);
    }

    @Test
    void shouldChargeDefaultPricesWhenCallsHaveEffect() {
        long range = pages.reserve(MemoryKind.DEVICE, 10 * PAGE);
        assertCharged(0);
        long first = pages.create(MemoryKind.DEVICE, PAGE);
        assertCharged(62);
        long second = pages.create(MemoryKind.DEVICE, 4 * PAGE);
        assertCharged(62 + 68);
        pages.map(range, PAGE, first);
        pages.map(range + PAGE, 4 * PAGE, second);
        assertCharged(130 + 5 + 5);
        pages.setAccess(range, 5 * PAGE);
        assertCharged(140 + 10);
        pages.unmap(range, PAGE);
        assertCharged(150 + 5);
        pages.release(first, PAGE);
        assertCharged(155 + 40);
        long plain = driver.allocate(new SegmentRequest(MemoryKind.DEVICE, 64, 64, false));
        assertCharged(195 + 100);
        driver.free(MemoryKind.DEVICE, plain, 64);
        assertCharged(295 + 100);
        assertThat(driver.pageCalls()).isEqualTo(new SimPageCalls(2, 1, 2, 1, 1));
    }

    @Test
    void shouldChargeOwnPricesWhenTheyAreSet() {
        SimDriver own = driver(new PagePrices(1_000_000, 1_000, 1, 2, 3, 4, 5, 6), 4096);
        VirtualMemory memory = own.virtualMemory().orElseThrow();
        memory.release(memory.create(MemoryKind.DEVICE, 4096), 4096);
        assertThat(own.pageMicros()).isEqualTo(1_000_000 + 1_000 * 4096 / MIB + 1);
        memory.create(MemoryKind.DEVICE, MIB + MIB / 2);
        assertThat(own.pageMicros()).isEqualTo((1_000_000 * 2) + 3 + 1 + 1_500);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PagePrices(0, 0, 0, -1, 0, 0, 0, 0))
                .withMessageContaining("price = -1");
    }

    @Test
    void shouldCountAndNotChargeWhenCallFails() {
        driver.faults().failOnce(SimFunction.ALLOCATE, 1, SimFailure.ERROR);
        assertThatThrownBy(() -> driver.allocate(new SegmentRequest(MemoryKind.DEVICE, 64, 64, false)))
                .isInstanceOf(DriverException.class);
        assertThatThrownBy(() -> pages.create(MemoryKind.DEVICE, 65 * PAGE))
                .isInstanceOf(DriverOutOfMemoryException.class);
        assertCharged(0);
        assertThat(driver.pageCalls()).isEqualTo(new SimPageCalls(0, 0, 0, 0, 0));
        assertThat(driver.counters().of(SimFunction.CREATE)).isEqualTo(1);
        assertThat(driver.counters().failures()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = SimFunction.class,
            names = {"RESERVE", "UNRESERVE", "CREATE", "RELEASE", "MAP", "UNMAP", "SET_ACCESS"})
    void shouldRunHookAndChangeNothingWhenEachCallFails(SimFunction function) {
        AtomicInteger hooks = new AtomicInteger();
        driver.faults().onCall(function, hooks::incrementAndGet);
        driver.faults().failOnce(function, 1, SimFailure.OUT_OF_MEMORY);
        AtomicInteger failures = new AtomicInteger();
        long range = again(failures, function, () -> pages.reserve(MemoryKind.DEVICE, PAGE));
        long handle = again(failures, function, () -> pages.create(MemoryKind.DEVICE, PAGE));
        again(failures, function, () -> pages.map(range, PAGE, handle));
        again(failures, function, () -> pages.setAccess(range, PAGE));
        driver.touch(0, range, PAGE, true);
        driver.streams().synchronize(0);
        again(failures, function, () -> pages.unmap(range, PAGE));
        again(failures, function, () -> pages.release(handle, PAGE));
        again(failures, function, () -> pages.unreserve(range, PAGE));
        assertThat(failures).hasValue(1);
        assertThat(hooks).hasValue(2);
        assertThat(driver.counters().of(function)).isEqualTo(2);
        assertThat(driver.hazards().count()).isZero();
        assertThat(driver.liveBytes() + driver.liveRanges() + driver.liveHandles())
                .isZero();
    }

    private interface Call {
        long make();
    }

    private void again(AtomicInteger failures, SimFunction function, Runnable call) {
        again(failures, function, () -> {
            call.run();
            return 0;
        });
    }

    /** Makes a call, once more if it fails; nothing may have changed then. */
    private long again(AtomicInteger failures, SimFunction function, Call call) {
        long bytes = driver.liveBytes();
        int ranges = driver.liveRanges();
        SimPageCalls calls = driver.pageCalls();
        try {
            return call.make();
        } catch (DriverOutOfMemoryException e) {
            failures.incrementAndGet();
            assertThat(e.function()).isEqualTo(function.toString());
            assertThat(driver.liveBytes()).isEqualTo(bytes);
            assertThat(driver.liveRanges()).isEqualTo(ranges);
            assertThat(driver.pageCalls()).isEqualTo(calls);
            return call.make();
        }
    }

    private void assertCharged(long micros) {
        assertThat(driver.pageMicros()).isEqualTo(micros);
    }
}
