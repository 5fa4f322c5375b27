package dev.quarry.testkit.model;

import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import dev.quarry.spi.StreamDriver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** A simulated device that notes every call about streams and events: the method's name and its first argument. */
final class StreamCalls implements DeviceProvider {
    private final SimProvider provider;
    private final List<String> calls = new ArrayList<>();

    StreamCalls(SimOptions options) {
        this.provider = new SimProvider(options);
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
        return provider.open().stream().map(this::wrap).toList();
    }

    SimDriver driver() {
        return provider.driver(0);
    }

    /** Returns the calls so far, and forgets them. */
    List<String> take() {
        List<String> taken = List.copyOf(calls);
        calls.clear();
        return taken;
    }

    private DeviceDriver wrap(DeviceDriver driver) {
        StreamDriver streams = (StreamDriver) proxy(StreamDriver.class, (method, arguments) -> {
            Object about = arguments.length == 0 ? "" : arguments[0];
            calls.add(method.getName() + " " + (method.getName().equals("record") ? arguments[1] : about));
            return method.invoke(driver.streams(), arguments);
        });
        return (DeviceDriver) proxy(
                DeviceDriver.class,
                (method, arguments) -> method.getName().equals("streams") ? streams : method.invoke(driver, arguments));
    }

    /** How a call is answered. */
    private interface Answer {
        Object to(Method method, Object[] arguments) throws ReflectiveOperationException;
    }

    private static Object proxy(Class<?> type, Answer answer) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
            try {
                return answer.to(method, arguments == null ? new Object[0] : arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
