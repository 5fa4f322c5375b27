package dev.quarry.tools.replay;

import dev.quarry.ConfigurationException;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimProvider;
import dev.quarry.tools.io.UsageException;
import dev.quarry.trace.Trace;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A fresh pool of a device. */
final class PoolTarget implements Target {
    private final ReplaySettings settings;
    private final Quarry quarry;
    private final Device device;
    private final MemoryPool pool;
    private final @Nullable SimDriver simulated;
    private final @Nullable Touch touch;
    private @Nullable StreamTable streams;

    private PoolTarget(ReplaySettings settings, Quarry quarry, @Nullable SimProvider provider) {
        this.settings = settings;
        this.quarry = quarry;
        this.device = quarry.device(settings.device());
        this.simulated = provider == null ? null : provider.driver(0);
        MemoryKind kind = DeviceChoice.kind(settings.kind(), device.kinds(), device.defaultKind());
        this.pool = quarry.openPool(device, kind, options(settings));
        boolean byHost = kind.isHostAccessible() && simulated == null;
        this.touch = settings.touch() ? new Touch(device, byHost) : null;
    }

    static PoolTarget open(ReplaySettings settings) {
        SimProvider provider = ReplaySettings.isSimulated(settings.device()) ? DeviceChoice.simulated(settings) : null;
        Quarry quarry = provider == null
                ? Quarry.open()
                : Quarry.builder().provider(provider).open();
        try {
            return new PoolTarget(settings, quarry, provider);
        } catch (IllegalArgumentException e) { // no such device
            quarry.close();
            throw new UsageException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            quarry.close();
            throw e;
        }
    }

    private static PoolOptions options(ReplaySettings settings) {
        try {
            PoolOptions.Builder builder = PoolOptions.builder();
            settings.options().forEach(builder::set);
            return builder.build();
        } catch (ConfigurationException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Engine engine(Trace trace) {
        streams = StreamTable.of(trace, device, pool.kind());
        return new PoolEngine(trace, settings, pool, streams, touch);
    }

    @Override
    public Engine engineOfThread(Trace trace) {
        return new PoolEngine(trace, settings, pool, StreamTable.single(trace, device), touch);
    }

    @Override
    public Counters counters() {
        return Counters.of(pool.statistics(), simulated);
    }

    @Override
    public String device() {
        return device.id();
    }

    @Override
    public boolean hasVirtualMemory() {
        boolean offered = simulated == null
                ? pool.device().info().properties().containsKey("virtual memory")
                : simulated.virtualMemory().isPresent();
        return offered && pool.options().virtualMemory();
    }

    @Override
    public Map<String, String> options() {
        return pool.options().asMap();
    }

    @Override
    public MemoryPool pool() {
        return pool;
    }

    @Override
    public @Nullable SimKernels kernels(Trace trace) {
        return simulated == null
                ? null
                : SimKernels.ordered(simulated, Objects.requireNonNull(streams, "no engine yet"), trace);
    }

    @Override
    public boolean isPatterned() {
        return touch != null && touch.byHost();
    }

    @Override
    public void close() {
        quarry.close();
    }
}
