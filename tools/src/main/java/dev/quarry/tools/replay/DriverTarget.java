package dev.quarry.tools.replay;

import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.sim.SimDriver;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.tools.io.UsageException;
import dev.quarry.trace.Trace;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A device's driver, opened without a pool. */
final class DriverTarget implements Target {
    private final ReplaySettings settings;
    private final DeviceDriver driver;
    private final MemoryKind kind;
    private @Nullable DriverEngine engine;

    private DriverTarget(ReplaySettings settings, DeviceDriver driver) {
        this.settings = settings;
        this.driver = driver;
        MemoryKind usual = driver.kinds().contains(MemoryKind.DEVICE) ? MemoryKind.DEVICE : MemoryKind.HOST;
        this.kind = DeviceChoice.kind(settings.kind(), driver.kinds(), usual);
    }

    static DriverTarget open(ReplaySettings settings) {
        if (!settings.options().isEmpty()) {
            throw new UsageException("--option: engine driver has no pool");
        }
        String id = settings.device().indexOf(':') < 0 ? settings.device() + ":0" : settings.device();
        DeviceDriver driver = ReplaySettings.isSimulated(id)
                ? DeviceChoice.pick(DeviceChoice.simulated(settings).open(), id)
                : DeviceChoice.openDriver(id);
        try {
            return new DriverTarget(settings, driver);
        } catch (RuntimeException e) {
            driver.close();
            throw e;
        }
    }

    @Override
    public Engine engine(Trace trace) {
        engine = new DriverEngine(trace, settings, driver, kind);
        return engine;
    }

    @Override
    public Engine engineOfThread(Trace trace) {
        return new DriverEngine(trace, settings, driver, kind);
    }

    @Override
    public Counters counters() {
        SimDriver simulated = driver instanceof SimDriver found ? found : null;
        return engine == null
                ? Counters.none()
                : Counters.ofDriver(engine.peakBytes(), engine.allocations(), engine.frees(), simulated);
    }

    @Override
    public String device() {
        return driver.info().id();
    }

    @Override
    public boolean hasVirtualMemory() {
        return driver.virtualMemory().isPresent();
    }

    @Override
    public @Nullable Map<String, String> options() {
        return null;
    }

    @Override
    public @Nullable MemoryPool pool() {
        return null;
    }

    @Override
    public @Nullable SimKernels kernels(Trace trace) {
        return driver instanceof SimDriver simulated ? SimKernels.complete(simulated, trace) : null;
    }

    @Override
    public boolean isPatterned() {
        return engine != null && engine.isPatterned();
    }

    @Override
    public void close() {
        driver.close();
    }
}
