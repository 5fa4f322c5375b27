package dev.quarry.testkit.model;

import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import dev.quarry.spi.StreamDriver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * A simulated device whose work takes time, by a clock that goes on only while the host waits for the device. Each stream
 * completes one work in some time.
 */
final class SlowSim implements DeviceProvider {
    private final SimProvider provider;
    private final long nanosPerWork;
    private final Set<Long> streams = new ConcurrentSkipListSet<>();
    private long now;
    private long begun;
    private boolean hurried;

    SlowSim(SimOptions.Builder options, long nanosPerWork) {
        this.provider = new SimProvider(options.schedule(SimSchedule.MANUAL).build());
        this.nanosPerWork = nanosPerWork;
    }

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
        return provider.open().stream()
                .map(driver -> wrap(DeviceDriver.class, driver, this::callDevice))
                .toList();
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

    /** A call of a driver's method, and how it is answered. */
    private interface Answer<T> {
        Object to(T driver, Method method, Object[] arguments) throws ReflectiveOperationException;
    }

    private static <T> T wrap(Class<T> type, T driver, Answer<T> answer) {
        Object proxy =
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return answer.to(driver, method, arguments == null ? new Object[0] : arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return type.cast(proxy);
    }

    private Object callDevice(DeviceDriver driver, Method method, Object[] arguments)
            throws ReflectiveOperationException {
        return method.getName().equals("streams")
                ? wrap(StreamDriver.class, driver.streams(), this::callStreams)
                : method.invoke(driver, arguments);
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
