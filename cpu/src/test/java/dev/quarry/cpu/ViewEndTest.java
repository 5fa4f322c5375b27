package dev.quarry.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.ViewSafety;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
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
    private static final class FailingViews implements DeviceProvider {
        private final CpuProvider provider = new CpuProvider();

        @Override
        public String name() {
            return provider.name();
        }

        @Override
        public int spiVersion() {
            return provider.spiVersion();
        }

        @Override
        public Availability probe() {
            return provider.probe();
        }

        @Override
        public List<DeviceDriver> open() {
            return provider.open().stream().map(FailingViews::wrap).toList();
        }

        private static DeviceDriver wrap(DeviceDriver driver) {
            return (DeviceDriver) Proxy.newProxyInstance(
                    DeviceDriver.class.getClassLoader(),
                    new Class<?>[] {DeviceDriver.class},
                    (_, method, arguments) -> {
                        try {
                            Object result = method.invoke(driver, arguments);
                            return result instanceof MemorySegment view ? failing(view, (Arena) arguments[2]) : result;
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        private static MemorySegment failing(MemorySegment view, Arena scope) {
            return view.reinterpret(scope, _ -> {
                throw new AssertionError("the plugin's own");
            });
        }
    }
}
