package dev.quarry.testkit;

import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.spi.DeviceDriver;
import java.util.ArrayList;
import java.util.List;

/** The simulated plugin as a contract needs it: what the host waits for completes, also under the schedule MANUAL. */
final class SimPlugin extends WrappedProvider {
    private final SimProvider provider;
    private final SimSchedule schedule;
    private final List<SimDriver> opened = new ArrayList<>();

    SimPlugin(SimSchedule schedule) {
        this(schedule, false);
    }

    SimPlugin(SimSchedule schedule, boolean virtualMemory) {
        this(
                schedule,
                new SimProvider(SimOptions.builder()
                        .schedule(schedule)
                        .virtualMemory(virtualMemory)
                        .build()));
    }

    private SimPlugin(SimSchedule schedule, SimProvider provider) {
        super(provider);
        this.schedule = schedule;
        this.provider = provider;
    }

    @Override
    public List<DeviceDriver> open() {
        List<DeviceDriver> drivers = super.open();
        SimDriver driver = provider.driver(0);
        if (schedule == SimSchedule.MANUAL) {
            driver.faults().onCall(SimFunction.AWAIT, driver::advanceAll);
            driver.faults().onCall(SimFunction.SYNCHRONIZE, driver::advanceAll);
        }
        opened.add(driver);
        return drivers;
    }

    /** Throws if one of the drivers opened so far saw a hazard. */
    void checkHazards() {
        for (SimDriver driver : opened) {
            if (driver.hazards().count() != 0) {
                throw new AssertionError("hazards: " + driver.hazards().texts());
            }
        }
    }
}
