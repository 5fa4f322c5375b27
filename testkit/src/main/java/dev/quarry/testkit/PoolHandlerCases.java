package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.LadderStep;
import dev.quarry.MemoryPool;
import dev.quarry.OutOfMemoryHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The user's handler of the way to failure. */
interface PoolHandlerCases extends PoolSubject {
    /** Opens a pool that asks a handler. */
    default MemoryPool asking(OutOfMemoryHandler handler) {
        return pool(options -> options.outOfMemoryHandler(handler));
    }

    private static boolean failWith(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    @Test
    default void shouldSearchAgainWhenHandlerFreed() {
        Deque<Allocation> spare = new ArrayDeque<>();
        AtomicInteger calls = new AtomicInteger();
        MemoryPool pool = asking(report -> {
            calls.incrementAndGet();
            assertThat(report.requestedBytes()).isEqualTo(LIMIT);
            if (spare.isEmpty()) {
                return false;
            }
            spare.pop().close();
            return true;
        });
        for (int i = 0; i < 4; i++) {
            spare.push(pool.allocate(LIMIT / 4));
        }
        Allocation all = pool.allocate(LIMIT);
        assertThat(calls).hasValue(4);
        assertThat(pool.statistics().retries()).isEqualTo(4);
        assertThatThrownBy(() -> pool.allocate(LIMIT)).isInstanceOf(DeviceOutOfMemoryException.class);
        all.close();
    }

    @Test
    default void shouldAskHandlerWhenShareableRequestFails() {
        assumeTrue(Shareable.isOffered(pool()), "the device has no shareable memory of this kind");
        AtomicReference<Allocation> spare = new AtomicReference<>();
        MemoryPool pool = asking(report -> {
            spare.get().close();
            return true;
        });
        Allocation all = pool.allocate(LIMIT);
        spare.set(all);
        pool.allocate(AllocationRequest.of(LIMIT / 2).shareable()).close();
        assertThat(pool.statistics().ladder(LadderStep.HANDLER).tries()).isOne();
        assertThat(pool.statistics().retries()).isOne();
    }

    @Test
    default void shouldNotAskHandlerWhenStepIsOff() {
        MemoryPool pool = asking(report -> {
            throw new AssertionError("the step is off: " + report.describe());
        });
        List<LadderStep> others = Arrays.stream(LadderStep.values())
                .filter(step -> step != LadderStep.HANDLER)
                .toList();
        pool.reconfigure(pool.options().toBuilder().ladder(others).build());
        Allocation all = pool.allocate(LIMIT);
        assertThatThrownBy(() -> pool.allocate(1))
                .isInstanceOf(DeviceOutOfMemoryException.class)
                .hasMessageContaining("switched off: handler")
                .hasMessageContaining("so the out-of-memory handler was not asked");
        all.close();
    }

    @Test
    default void shouldFailWhenHandlerFreesNothingAndSaysSo() {
        AtomicInteger calls = new AtomicInteger();
        MemoryPool pool = asking(report -> calls.incrementAndGet() < 0);
        Allocation all = pool.allocate(LIMIT);
        assertThatThrownBy(() -> pool.allocate(1)).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThat(calls).hasValue(1);
        assertThat(pool.tryAllocate(1)).isEmpty();
        assertThat(calls).hasValue(1);
        all.close();
    }

    @Test
    default void shouldFailWhenHandlerFreesNothingAndDeniesIt() {
        AtomicInteger calls = new AtomicInteger();
        MemoryPool pool = asking(report -> calls.incrementAndGet() > 0);
        Allocation all = pool.allocate(LIMIT);
        assertThatThrownBy(() -> pool.allocate(1)).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThat(calls).hasValue(1);
        all.close();
    }

    @Test
    default void shouldThrowWhatHandlerThrows() {
        RuntimeException failure = new IllegalArgumentException("the handler's own");
        MemoryPool pool = asking(report -> {
            throw failure;
        });
        Allocation all = pool.allocate(LIMIT);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> pool.allocate(1)).isSameAs(failure);
        }
        assertThat(failure.getSuppressed())
                .hasOnlyElementsOfType(DeviceOutOfMemoryException.class)
                .isNotEmpty();
        all.close();
        pool.allocate(LIMIT).close();
    }

    @Test
    default void shouldHoldNothingWhenHandlerThrowsInTheMiddle() {
        List<Throwable> failures =
                List.of(new AssertionError("an error"), new IllegalArgumentException("an exception"));
        for (Throwable failure : failures) {
            MemoryPool pool = asking(report -> failWith(failure));
            MemoryPool child = pool.child("child", 0, LIMIT);
            Allocation half = pool.allocate(LIMIT / 2);
            List<ThrowingCallable> ways = List.of(
                    () -> pool.allocateAll(LIMIT / 4, LIMIT / 4, LIMIT / 4),
                    () -> pool.allocateAll(stream(), LIMIT / 4, LIMIT / 4, LIMIT / 4),
                    () -> pool.warmUp(LIMIT / 4, 3),
                    () -> pool.acquire(LIMIT, Duration.ZERO),
                    () -> child.allocateAll(LIMIT / 4, LIMIT / 4, LIMIT / 4));
            for (ThrowingCallable way : ways) {
                assertThatThrownBy(way).isSameAs(failure);
                assertThat(pool.statistics().allocations().current()).isOne();
            }
            half.close();
            child.close();
        }
    }

    @Test
    default void shouldFailTheFutureWhenHandlerThrowsAnError() {
        Error failure = new AssertionError("an error");
        MemoryPool pool = asking(report -> failWith(failure));
        Allocation all = pool.allocate(LIMIT);
        assertThatThrownBy(() ->
                        pool.allocateAsync(1).orTimeout(60, TimeUnit.SECONDS).join())
                .hasCause(failure);
        all.close();
    }

    @Test
    default void shouldNotCallHandlerAgainWhenHandlerAllocates() {
        AtomicReference<MemoryPool> self = new AtomicReference<>();
        AtomicReference<Allocation> spare = new AtomicReference<>();
        AtomicInteger calls = new AtomicInteger();
        MemoryPool pool = asking(report -> {
            calls.incrementAndGet();
            MemoryPool present = self.get();
            assertThatThrownBy(() -> present.allocate(LIMIT / 2)).isInstanceOf(DeviceOutOfMemoryException.class);
            spare.get().close();
            present.allocate(1000).close();
            return true;
        });
        self.set(pool);
        Allocation half = pool.allocate(LIMIT / 2);
        spare.set(pool.allocate(LIMIT / 2));
        Allocation other = pool.allocate(LIMIT / 2);
        assertThat(calls).hasValue(1);
        half.close();
        other.close();
    }

    @Test
    default void shouldNotCallHandlerWhenPoolHasRoom() {
        MemoryPool pool = asking(report -> {
            throw new AssertionError("there is room: " + report.describe());
        });
        for (int i = 0; i < 10; i++) {
            Allocation first = pool.allocate(LIMIT / 2, stream());
            Allocation second = pool.allocate(LIMIT / 2, stream());
            first.close();
            second.close();
        }
        pool.allocate(LIMIT).close();
    }
}
