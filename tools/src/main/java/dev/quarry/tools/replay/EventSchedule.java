package dev.quarry.tools.replay;

import dev.quarry.sim.SimSchedule;
import java.util.Locale;

/** When work on the simulated device completes. */
public enum EventSchedule {
    /** At once. */
    IMMEDIATE(SimSchedule.IMMEDIATE),
    /** Only when somebody waits for it, as with a host that runs ahead of its device. */
    LAZY(SimSchedule.LAZY);

    private final SimSchedule schedule;

    EventSchedule(SimSchedule schedule) {
        this.schedule = schedule;
    }

    SimSchedule schedule() {
        return schedule;
    }

    /** Returns the name as used on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
