package dev.quarry.internal.pool;

import dev.quarry.internal.device.DriverStream;
import java.util.concurrent.locks.ReentrantLock;

/** A pool's domains by their streams: each is opened when memory is first wanted in its order, and ends with its stream. */
final class Domains {
    private final DevicePool pool;
    private final PoolCore core;
    private final int slot;
    private final Closing closing;
    private final HandOver handOver;

    /**
     * Begins without domains.
     *
     * @param slot the pool's place among the clients of each of its device's streams
     */
    Domains(DevicePool pool, int slot, Closing closing, HandOver handOver) {
        this.pool = pool;
        this.core = pool.core();
        this.slot = slot;
        this.closing = closing;
        this.handOver = handOver;
    }

    /** Gives the domain of a stream, also when the device is closed and only its last allocations are not. */
    Domain at(DriverStream stream) {
        return stream.client(slot) instanceof Domain domain && domain.pool() == pool ? domain : open(stream);
    }

    /** The stream of a domain closes: one last mark covers all its memory. */
    void end(Domain domain) {
        core.gate().lock();
        try {
            handOver.end(domain);
        } finally {
            core.gate().unlock();
        }
    }

    private Domain open(DriverStream stream) {
        ReentrantLock registration = core.device().registration();
        registration.lock();
        try {
            if (!stream.isOpen()) {
                stream.checkOpen();
            }
            closing.checkNotFinished();
            if (core.isSecluded() && stream.isBorrowed()) {
                throw new IllegalArgumentException(
                        stream + " is borrowed (expected: one that is there until it is closed," + " since " + pool
                                + " is private and asks streams only when it closes: wrap it)");
            }
            if (stream.client(slot) instanceof Domain domain) {
                return domain;
            }
            Domain domain = core.addDomain(pool, stream);
            stream.setClient(slot, domain);
            return domain;
        } finally {
            registration.unlock();
        }
    }
}
