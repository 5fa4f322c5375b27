package dev.quarry.sim;

import dev.quarry.sim.AddressSpace.Range;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds accesses to memory that nothing orders: between streams, and between a stream and the host. Guarded by the driver's
 * lock.
 *
 * <p>Looks at what was enqueued in which order, never at what is complete, so that a hazard is found under every schedule.
 */
final class HazardDetector {
    private final AddressSpace addresses;
    private final Mappings mappings;
    private final Timelines timelines = new Timelines();
    private final AccessMap accesses = new AccessMap();
    private final List<String> texts = new ArrayList<>();
    private long count;

    HazardDetector(AddressSpace addresses, Mappings mappings) {
        this.addresses = addresses;
        this.mappings = mappings;
    }

    Timelines timelines() {
        return timelines;
    }

    SimHazards hazards() {
        return new SimHazards(count, texts);
    }

    /** Returns whether an address can be one of the process or of another device: accesses to those are not looked at. */
    boolean isForeign(long address) {
        return addresses.isForeign(address);
    }

    /** Notes an access by work that is being enqueued on a stream. */
    void streamAccess(Timeline stream, String operation, long address, long bytes, boolean write) {
        stream.follow(timelines.host());
        note(stream, operation, address, bytes, write);
    }

    /** Notes an access by the host. */
    void hostAccess(String operation, long address, long bytes, boolean write) {
        Range range = addresses.find(address, bytes);
        if (range != null && !range.kind().isHostAccessible()) {
            Access access = timelines.host().access(operation, address, bytes, write);
            report(access + ": the host cannot access memory of kind " + range.kind());
            return;
        }
        note(timelines.host(), operation, address, bytes, write);
    }

    /** Notes that a live range goes back to the driver, or that its mapping ends. */
    void freed(String call, long address, long bytes) {
        for (Access earlier : accesses.forget(address, bytes, timelines.host().clock())) {
            report(call + " of " + bytes + " bytes at " + CallGate.hex(address)
                    + ": the host does not know this to be complete: " + earlier);
        }
    }

    /** Lets the host know what a clock knows: work with that clock was seen to be complete. */
    void observed(VectorClock clock) {
        timelines.host().clock().join(clock);
    }

    /** Returns how many disjoint intervals are remembered. */
    int intervals() {
        return accesses.size();
    }

    private void note(Timeline actor, String operation, long address, long bytes, boolean write) {
        Access access = actor.access(operation, address, bytes, write);
        Range range = addresses.find(address, bytes);
        if (range == null) {
            report(access + ": not inside one live range");
            return;
        }
        String obstacle = range.reserved() ? mappings.obstacle(address, bytes) : null;
        if (obstacle != null) {
            report(access + ": not inside usable mappings: " + obstacle);
            return;
        }
        for (Access earlier : accesses.note(access, actor.clock())) {
            report(access + ": nothing orders it after " + earlier);
        }
    }

    private void report(String text) {
        count++;
        if (texts.size() < SimHazards.TEXTS) {
            texts.add(text);
        }
    }
}
