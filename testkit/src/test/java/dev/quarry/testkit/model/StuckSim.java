package dev.quarry.testkit.model;

import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.spi.DeviceDriver;
import dev.quarry.spi.StreamDriver;
import dev.quarry.testkit.WrappedProvider;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A simulated device whose work is not complete before a test says so: threads that wait for it do wait. */
final class StuckSim extends WrappedProvider {
    private final SimProvider provider;
    private final CountDownLatch done = new CountDownLatch(1);
    private final ConcurrentLinkedQueue<Long> waits = new ConcurrentLinkedQueue<>();

    StuckSim() {
        this(new SimProvider(SimOptions.builder().schedule(SimSchedule.MANUAL).build()));
    }

    private StuckSim(SimProvider provider) {
        super(provider);
        this.provider = provider;
    }

    @Override
    public List<DeviceDriver> open() {
        return open(driver -> {
            StreamDriver stuck =
                    answering(StreamDriver.class, (method, arguments) -> call(driver.streams(), method, arguments));
            return (method, arguments) -> method.getName().equals("streams") ? stuck : method.invoke(driver, arguments);
        });
    }

    /** Completes all work, and lets it complete at once from now on when somebody waits. */
    void finish() {
        provider.driver(0).advanceAll();
        done.countDown();
    }

    /** Returns whether work is still not complete. */
    boolean isStuck() {
        return done.getCount() > 0;
    }

    /** Returns how long each wait was to take at most, in nanoseconds. */
    List<Long> waits() {
        return List.copyOf(waits);
    }

    private Object call(StreamDriver streams, Method method, Object[] arguments) throws ReflectiveOperationException {
        if (method.getName().equals("await")) {
            long nanos = (long) arguments[1];
            waits.add(nanos);
            try {
                if (!(boolean) method.invoke(streams, arguments[0], 0L) && !done.await(nanos, TimeUnit.NANOSECONDS)) {
                    return false;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            provider.driver(0).advanceAll();
        }
        return method.invoke(streams, arguments);
    }
}
