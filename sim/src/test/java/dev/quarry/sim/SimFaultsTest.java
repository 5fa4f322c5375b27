package dev.quarry.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.MemoryKind;
import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;
import dev.quarry.spi.SegmentRequest;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SimFaultsTest {
    private final SimDriver driver = new SimDriver(SimOptions.defaults(), 0);

    private long allocate() {
        return driver.allocate(new SegmentRequest(MemoryKind.DEVICE, 4096, 512, false));
    }

    @Test
    void shouldFailOnlyThatCallWhenAskedOnce() {
        driver.faults().failOnce(SimFunction.ALLOCATE, 2, SimFailure.OUT_OF_MEMORY);
        driver.streams().createEvent();
        allocate();
        assertThatThrownBy(this::allocate)
                .isInstanceOf(DriverOutOfMemoryException.class)
                .hasMessageContaining("allocate(4096, 512) failed");
        allocate();
        assertThat(driver.liveRanges()).isEqualTo(2);
        assertThat(driver.counters().of(SimFunction.ALLOCATE)).isEqualTo(3);
        assertThat(driver.counters().failures()).isEqualTo(1);
    }

    @Test
    void shouldFailAllLaterCallsWhenAskedFrom() {
        driver.faults().failFrom(SimFunction.CREATE_EVENT, 2, SimFailure.ERROR);
        driver.streams().createEvent();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(driver.streams()::createEvent)
                    .isInstanceOfSatisfying(
                            DriverException.class,
                            failure -> assertThat(failure.function()).isEqualTo("createEvent"));
        }
        driver.faults().clear();
        driver.streams().createEvent();
    }

    @Test
    void shouldCountCallsOfAllFunctionsWhenNoneIsNamed() {
        driver.faults().failOnce(3, SimFailure.ERROR);
        allocate();
        long event = driver.streams().createEvent();
        assertThatThrownBy(() -> driver.streams().record(event, 0)).isInstanceOf(DriverException.class);
        driver.streams().record(event, 0);
        driver.faults().failFrom(1, SimFailure.ERROR);
        assertThatThrownBy(this::allocate).isInstanceOf(DriverException.class);
        assertThatThrownBy(() -> driver.streams().isComplete(event)).isInstanceOf(DriverException.class);
    }

    @Test
    void shouldChangeNothingWhenFreeFails() {
        long address = allocate();
        driver.faults().failOnce(SimFunction.FREE, 1, SimFailure.ERROR);
        assertThatThrownBy(() -> driver.free(MemoryKind.DEVICE, address, 4096)).isInstanceOf(DriverException.class);
        assertThat(driver.liveBytes()).isEqualTo(4096);
    }

    @Test
    void shouldThrowGivenExceptionWhenFailureMakesIt() {
        DriverException own = new DriverException("f", "x", 7, "own");
        driver.faults().failOnce(SimFunction.ALLOCATE, 1, (function, arguments) -> own);
        assertThatThrownBy(this::allocate).isSameAs(own);
    }

    @Test
    void shouldRunHookWithoutLockWhenFunctionIsCalled() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        driver.faults().onCall(SimFunction.ALLOCATE, () -> {
            calls.incrementAndGet();
            Thread other = Thread.ofVirtual().start(() -> driver.streams().createEvent());
            joinUninterrupted(other);
        });
        allocate();
        driver.faults().clear();
        allocate();
        assertThat(calls).hasValue(1);
        assertThat(driver.counters().of(SimFunction.CREATE_EVENT)).isEqualTo(1);
    }

    @Test
    void shouldRefuseWhenCallNumberIsNotPositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> driver.faults().failOnce(SimFunction.FREE, 0, SimFailure.ERROR))
                .withMessageContaining("call = 0");
    }

    @Test
    void shouldTellDifferenceWhenCountersAreReadTwice() {
        allocate();
        SimCounters before = driver.counters();
        allocate();
        driver.streams().createEvent();
        SimCounters added = driver.counters().since(before);
        assertThat(added.of(SimFunction.ALLOCATE)).isEqualTo(1);
        assertThat(added.of(SimFunction.FREE)).isZero();
        assertThat(added.total()).isEqualTo(2);
        assertThat(added).hasToString("SimCounters[calls=" + added.calls() + ", failures=0]");
    }

    private static void joinUninterrupted(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
