package dev.quarry.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.ViewSafety;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.testkit.WrappedProvider;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Views whose end fails in what a plugin does behind it. */
class ViewEndTest {
    @Test
    void shouldFreeWhenPluginFailsBehindTheEndOfAView() {
        try (Quarry quarry = Quarry.builder().provider(new FailingViews()).open();
                MemoryPool pool = quarry.openPool(
                        quarry.device("cpu"),
                        quarry.device("cpu").defaultKind(),
                        PoolOptions.withoutEnvironment().build())) {
            for (ViewSafety safety : List.of(ViewSafety.CONFINED, ViewSafety.CHECKED)) {
                Allocation allocation = pool.allocate(AllocationRequest.of(100).viewSafety(safety));
                MemorySegment view = allocation.segment();
                allocation.close();
                assertThat(allocation.isOpen()).isFalse();
                assertThat(view.scope().isAlive()).isFalse();
                assertThat(pool.statistics().allocations().current()).isZero();
            }
        }
    }

    /** The CPU's plugin, with views whose end fails after they are dead. */
    private static final class FailingViews extends WrappedProvider {
        FailingViews() {
            super(new CpuProvider());
        }

        @Override
        public List<DeviceDriver> open() {
            return open(driver -> (method, arguments) -> {
                Object result = method.invoke(driver, arguments);
                return result instanceof MemorySegment view ? failing(view, (Arena) arguments[2]) : result;
            });
        }

        private static MemorySegment failing(MemorySegment view, Arena scope) {
            return view.reinterpret(scope, _ -> {
                throw new AssertionError("the plugin's own");
            });
        }
    }
}
