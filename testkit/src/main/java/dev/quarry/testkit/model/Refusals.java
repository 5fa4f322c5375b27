package dev.quarry.testkit.model;

import dev.quarry.AllocationRequest;
import dev.quarry.MemoryInfo;
import dev.quarry.MemoryPool;
import dev.quarry.OutOfMemoryReport;
import java.util.List;

/** Reports of refusals that came without one. */
final class Refusals {
    private Refusals() {}

    /** Returns a report that names what was asked for and nothing else. */
    static OutOfMemoryReport report(MemoryPool pool, AllocationRequest request) {
        return new OutOfMemoryReport(
                pool.name(),
                pool.device().id(),
                pool.kind(),
                request.bytes(),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                new MemoryInfo(0, 0),
                new OutOfMemoryReport.Refusal("", 0, 0, 0),
                0,
                List.of(),
                List.of(),
                "");
    }
}
