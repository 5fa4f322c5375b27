package dev.quarry.testkit;

import dev.quarry.spi.Availability;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.DeviceProvider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Function;

/** A plugin that does what another does, but for the calls that a test answers itself. */
public abstract class WrappedProvider implements DeviceProvider {
    private final DeviceProvider wrapped;

    /** Makes one that does what some other does. */
    protected WrappedProvider(DeviceProvider wrapped) {
        this.wrapped = wrapped;
    }

    /** How a test answers the calls of a driver's methods. */
    @FunctionalInterface
    public interface Answer {
        /**
         * Answers one call.
         *
         * @param arguments empty for a method without any
         * @return what the method is to return
         * @throws ReflectiveOperationException as {@link Method#invoke}; what the method itself threw reaches its caller
         */
        Object to(Method method, Object[] arguments) throws ReflectiveOperationException;
    }

    @Override
    public final String name() {
        return wrapped.name();
    }

    @Override
    public final int spiVersion() {
        return wrapped.spiVersion();
    }

    @Override
    public final Availability probe() {
        return wrapped.probe();
    }

    @Override
    public List<DeviceDriver> open() {
        return wrapped.open();
    }

    /** Opens the devices of the other plugin, each with an answer to its calls. */
    protected final List<DeviceDriver> open(Function<DeviceDriver, Answer> answers) {
        return wrapped.open().stream()
                .map(driver -> answering(DeviceDriver.class, answers.apply(driver)))
                .toList();
    }

    /** Returns an object of an interface whose methods are answered by a test. */
    protected static <T> T answering(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return answer.to(method, arguments == null ? new Object[0] : arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
