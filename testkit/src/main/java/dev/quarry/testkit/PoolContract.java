package dev.quarry.testkit;

import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.check.PoolValidator;
import dev.quarry.spi.DeviceProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * The contract of pools: what holds for any device and kind of memory. A plugin joins with a subclass for each kind.
 *
 * <p>After each test the validator looks at every pool that was opened.
 */
public abstract class PoolContract
        implements PoolAllocationCases,
                PoolMisuseCases,
                PoolClosingCases,
                PoolStreamCases,
                PoolWaitingCases,
                PoolHandlerCases,
                PoolChildCases,
                PoolOptionCases,
                PoolCompactCases,
                PoolLimitCases,
                PoolViewCases,
                PoolArenaCases,
                PoolStatisticsCases,
                PoolLossCases,
                PoolSourceCases,
                PoolPrivateCases {
    private final List<MemoryPool> pools = new ArrayList<>();
    private final List<Quarry> opened = new ArrayList<>();
    private @Nullable DeviceProvider plugin;
    private @Nullable Quarry quarry;

    /** For subclasses. */
    protected PoolContract() {}

    /** Returns the plugin, whose first device is used. */
    protected abstract DeviceProvider provider();

    /** Returns the kind of memory. */
    @Override
    public abstract MemoryKind kind();

    /** Returns whether there is memory behind the addresses that the test may look at. */
    protected boolean isViewable() {
        return kind().isHostAccessible();
    }

    /** Returns whether there is memory behind the addresses, be it viewable or not. */
    protected boolean isReal() {
        return isViewable();
    }

    @BeforeEach
    void openDevice() {
        plugin = provider();
        quarry = another();
    }

    @AfterEach
    void closeDevices() {
        pools.forEach(PoolValidator::validate);
        opened.reversed().forEach(Quarry::close);
        pools.forEach(PoolValidator::validate);
    }

    @Override
    public final DeviceProvider plugin() {
        if (plugin == null) {
            throw new IllegalStateException("the test has not begun");
        }
        return plugin;
    }

    @Override
    public final Quarry quarry() {
        if (quarry == null) {
            throw new IllegalStateException("the test has not begun");
        }
        return quarry;
    }

    @Override
    public final Quarry another() {
        Quarry one = Quarry.builder().provider(plugin()).open();
        opened.add(one);
        return one;
    }

    @Override
    public final MemoryPool kept(MemoryPool pool) {
        pools.add(pool);
        return pool;
    }

    @Override
    public final void closeQuarry() {
        Quarry present = quarry();
        opened.remove(present);
        present.close();
    }

    @Override
    public final Device device() {
        return quarry().devices().getFirst();
    }

    @Override
    public final boolean canView() {
        return isViewable();
    }

    @Override
    public final boolean hasContents() {
        return isReal();
    }

    @Override
    public final MemoryPool pool(UnaryOperator<PoolOptions.Builder> options) {
        PoolOptions.Builder builder = PoolOptions.withoutEnvironment()
                .name("pool " + (pools.size() + 1))
                .limit(LIMIT)
                .segmentBytes(64 << 10);
        MemoryPool pool =
                quarry().openPool(device(), kind(), options.apply(builder).build());
        return kept(pool);
    }
}
