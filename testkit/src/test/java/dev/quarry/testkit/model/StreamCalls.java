package dev.quarry.testkit.model;

import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.StreamDriver;
import dev.quarry.testkit.WrappedProvider;
import java.util.ArrayList;
import java.util.List;

/** A simulated device that notes every call about streams and events: the method's name and its first argument. */
final class StreamCalls extends WrappedProvider {
    private final SimProvider provider;
    private final List<String> calls = new ArrayList<>();

    StreamCalls(SimOptions options) {
        this(new SimProvider(options));
    }

    private StreamCalls(SimProvider provider) {
        super(provider);
        this.provider = provider;
    }

    @Override
    public List<DeviceDriver> open() {
        return open(this::answers);
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

    private Answer answers(DeviceDriver driver) {
        StreamDriver streams = answering(StreamDriver.class, (method, arguments) -> {
            Object about = arguments.length == 0 ? "" : arguments[0];
            calls.add(method.getName() + " " + (method.getName().equals("record") ? arguments[1] : about));
            return method.invoke(driver.streams(), arguments);
        });
        return (method, arguments) -> method.getName().equals("streams") ? streams : method.invoke(driver, arguments);
    }
}
