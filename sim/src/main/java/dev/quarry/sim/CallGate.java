package dev.quarry.sim;

import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** The gate through which every call of a simulated driver goes: counted, and failed where a fault is due. */
final class CallGate {
    private final String device;
    private final Map<SimFunction, AtomicLong> calls = new EnumMap<>(SimFunction.class);
    private final AtomicLong failures = new AtomicLong();
    private final SimFaults faults = new SimFaults();
    private volatile boolean closed;

    CallGate(String device) {
        this.device = device;
        for (SimFunction function : SimFunction.values()) {
            calls.put(function, new AtomicLong());
        }
    }

    SimFaults faults() {
        return faults;
    }

    /** Begins a call. No lock is held: hooks may block. */
    void enter(SimFunction function, long... arguments) {
        if (closed) {
            throw new IllegalStateException(function + "(" + text(arguments) + "): device " + device + " is closed");
        }
        Objects.requireNonNull(calls.get(function)).incrementAndGet();
        try {
            faults.meet(function, arguments);
        } catch (RuntimeException e) {
            failures.incrementAndGet();
            throw e;
        }
    }

    /** Counts a failure that was not injected. */
    void failed() {
        failures.incrementAndGet();
    }

    /** Refuses all calls from now on. */
    void close() {
        if (closed) {
            throw new IllegalStateException("device " + device + " is closed twice");
        }
        closed = true;
    }

    SimCounters counters() {
        Map<SimFunction, Long> counts = new EnumMap<>(SimFunction.class);
        calls.forEach((function, count) -> {
            if (count.get() != 0) {
                counts.put(function, count.get());
            }
        });
        return new SimCounters(counts, failures.get());
    }

    /** Refuses a size that no driver takes. */
    static void requirePositive(String call, long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException(call + ": bytes = " + bytes + " (expected: positive)");
        }
    }

    /** Returns arguments as text: small ones in decimal, those that look like addresses and handles in hexadecimal. */
    static String text(long... arguments) {
        StringBuilder text = new StringBuilder();
        for (long argument : arguments) {
            text.append(text.isEmpty() ? "" : ", ");
            text.append(Math.abs(argument) < AddressSpace.FIRST ? Long.toString(argument) : hex(argument));
        }
        return text.toString();
    }

    /** Returns an address as text. */
    static String hex(long address) {
        return "0x" + HexFormat.of().withUpperCase().toHexDigits(address).replaceFirst("^0{1,15}", "");
    }
}
