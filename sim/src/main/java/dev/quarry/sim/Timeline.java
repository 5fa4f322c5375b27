package dev.quarry.sim;

/** The order in which one actor, a stream or the host, saw events: its slot and its vector clock. */
final class Timeline {
    private final String actor;
    private final int slot;
    private final VectorClock clock = new VectorClock();
    private long hostVersion = -1;

    Timeline(String actor, int slot, long tick) {
        this.actor = actor;
        this.slot = slot;
        clock.set(slot, tick);
    }

    String actor() {
        return actor;
    }

    int slot() {
        return slot;
    }

    VectorClock clock() {
        return clock;
    }

    /** Orders what this actor does from now on after what the host did and knows. Cheap where the host knows nothing new. */
    void follow(Timeline host) {
        long version = host.clock.version();
        if (version != hostVersion) {
            clock.join(host.clock);
            hostVersion = version;
        }
    }

    /** Makes this actor's next access. */
    Access access(String operation, long address, long bytes, boolean write) {
        long tick = clock.get(slot) + 1;
        clock.set(slot, tick);
        return new Access(actor, slot, tick, operation, write, address, bytes);
    }
}
