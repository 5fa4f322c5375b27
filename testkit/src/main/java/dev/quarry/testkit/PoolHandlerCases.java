package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.OutOfMemoryHandler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The user's handler of the way to failure. */
interface PoolHandlerCases extends PoolSubject {
    /** Opens a pool that asks a handler. */
    default MemoryPool asking(OutOfMemoryHandler handler) {
        return pool(options -> options.outOfMemoryHandler(handler));
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
