package dev.quarry.testkit;

import dev.quarry.AllocationRequest;
import dev.quarry.MemoryPool;

/** Memory that other processes can import: not every device has it. */
final class Shareable {
    private Shareable() {}

    /** Returns whether a pool's device has it. */
    static boolean isOffered(MemoryPool pool) {
        try {
            pool.allocate(AllocationRequest.of(1000).shareable()).close();
        } catch (UnsupportedOperationException e) {
            return false;
        }
        pool.device().defaultStream().synchronize();
        pool.trim();
        return true;
    }
}
