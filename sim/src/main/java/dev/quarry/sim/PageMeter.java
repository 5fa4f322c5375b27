package dev.quarry.sim;

import java.util.EnumMap;
import java.util.Map;

/** The count and the price of the calls on memory that had their effect. Guarded by the driver's lock. */
final class PageMeter {
    private final PagePrices prices;
    private final Map<SimFunction, Long> done = new EnumMap<>(SimFunction.class);
    private long nanos;

    PageMeter(PagePrices prices) {
        this.prices = prices;
    }

    /** Counts a call that had its effect. */
    void done(SimFunction function, long bytes) {
        done.merge(function, 1L, Long::sum);
        nanos += prices.nanos(function, bytes);
    }

    /** Returns the price of all calls so far, in whole microseconds. */
    long micros() {
        return nanos / 1_000;
    }

    SimPageCalls calls() {
        return new SimPageCalls(
                count(SimFunction.CREATE),
                count(SimFunction.RELEASE),
                count(SimFunction.MAP),
                count(SimFunction.UNMAP),
                count(SimFunction.SET_ACCESS));
    }

    private long count(SimFunction function) {
        return done.getOrDefault(function, 0L);
    }
}
