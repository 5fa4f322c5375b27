package dev.quarry.testkit.model;

import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.StreamDriver;
import dev.quarry.testkit.WrappedProvider;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * A simulated device whose work takes time, by a clock that goes on only while the host waits for the device. Each stream
 * completes one work in some time.
 */
final class SlowSim extends WrappedProvider {
    private final SimProvider provider;
    private final long nanosPerWork;
    private final Set<Long> streams = new ConcurrentSkipListSet<>();
    private long now;
    private long begun;
    private boolean hurried;

    SlowSim(SimOptions.Builder options, long nanosPerWork) {
        this(new SimProvider(options.schedule(SimSchedule.MANUAL).build()), nanosPerWork);
    }

    private SlowSim(SimProvider provider, long nanosPerWork) {
        super(provider);
        this.provider = provider;
        this.nanosPerWork = nanosPerWork;
    }

    @Override
    public List<DeviceDriver> open() {
        return open(this::answers);
    }

    /** Lets all work complete when somebody waits, in no time, from now on. */
    void hurry() {
        hurried = true;
    }

    /** Returns the time in nanoseconds. */
    long now() {
        return now;
    }

    SimDriver driver() {
        return provider.driver(0);
    }

    private Answer answers(DeviceDriver driver) {
        StreamDriver slow =
                answering(StreamDriver.class, (method, arguments) -> callStreams(driver.streams(), method, arguments));
        return (method, arguments) -> method.getName().equals("streams") ? slow : method.invoke(driver, arguments);
    }

    private Object callStreams(StreamDriver driver, Method method, Object[] arguments)
            throws ReflectiveOperationException {
        return switch (method.getName()) {
            case "await" -> await(driver, (long) arguments[0], (long) arguments[1]);
            case "createStream", "defaultStream" -> {
                long stream = (long) method.invoke(driver, arguments);
                streams.add(stream);
                yield stream;
            }
            default -> method.invoke(driver, arguments);
        };
    }

    private boolean await(StreamDriver driver, long event, long nanos) {
        if (hurried) {
            driver().advanceAll();
        }
        long left = nanos;
        while (left > 0 && !driver.isComplete(event)) {
            long step = Math.min(left, nanosPerWork - begun);
            now += step;
            left -= step;
            begun = (begun + step) % nanosPerWork;
            if (begun == 0) {
                streams.forEach(stream -> driver().advance(stream, 1));
            }
        }
        return driver.await(event, 0); // what complete work has done is known to the host then
    }
}
