package dev.quarry.sim;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The faults and hooks that a test puts on the calls of one simulated driver.
 *
 * <p>A call is counted, runs its hook, and then fails or has its effect; a failed call changes nothing. Calls are numbered
 * from 1, beginning when the fault is asked for. Thread-safe; hooks run in the calling thread, without any lock.
 */
public final class SimFaults {
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final Map<SimFunction, Runnable> hooks = new ConcurrentHashMap<>();

    SimFaults() {}

    /**
     * Lets one call of a function fail.
     *
     * @param call the number of the call, 1 for the next
     * @throws IllegalArgumentException if {@code call} is not positive
     */
    public void failOnce(SimFunction function, long call, SimFailure failure) {
        faults.add(new Fault(EnumSet.of(function), call, call, failure));
    }

    /** Lets one call of any function fail; {@code call} as in {@link #failOnce(SimFunction, long, SimFailure)}. */
    public void failOnce(long call, SimFailure failure) {
        faults.add(new Fault(EnumSet.allOf(SimFunction.class), call, call, failure));
    }

    /**
     * Lets one call of a function and all later ones fail.
     *
     * @param call the number of the first call that fails, 1 for the next
     * @throws IllegalArgumentException if {@code call} is not positive
     */
    public void failFrom(SimFunction function, long call, SimFailure failure) {
        faults.add(new Fault(EnumSet.of(function), call, Long.MAX_VALUE, failure));
    }

    /** Lets all calls of any function fail from one on; {@code call} as in {@link #failFrom(SimFunction, long, SimFailure)}. */
    public void failFrom(long call, SimFailure failure) {
        faults.add(new Fault(EnumSet.allOf(SimFunction.class), call, Long.MAX_VALUE, failure));
    }

    /** Runs a hook at the beginning of each call of a function, instead of the function's previous hook. */
    public void onCall(SimFunction function, Runnable hook) {
        hooks.put(function, hook);
    }

    /** Takes all faults and hooks away. */
    public void clear() {
        faults.clear();
        hooks.clear();
    }

    /** Runs the hook of a call, and throws the failure that is due. */
    void meet(SimFunction function, long[] arguments) {
        Runnable hook = hooks.get(function);
        if (hook != null) {
            hook.run();
        }
        for (Fault fault : faults) {
            if (fault.isDue(function)) {
                throw fault.failure.make(function.toString(), CallGate.text(arguments));
            }
        }
    }

    private record Fault(Set<SimFunction> functions, long first, long last, SimFailure failure, AtomicLong calls) {
        Fault(Set<SimFunction> functions, long first, long last, SimFailure failure) {
            this(functions, first, last, failure, new AtomicLong());
            if (first < 1) {
                throw new IllegalArgumentException("call = " + first + " (expected: at least 1)");
            }
        }

        boolean isDue(SimFunction function) {
            if (!functions.contains(function)) {
                return false;
            }
            long call = calls.incrementAndGet();
            return call >= first && call <= last;
        }
    }
}
