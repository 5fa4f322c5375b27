package dev.quarry.cpu;

import dev.quarry.spi.Availability;

/** Tells the probe's result, in a JVM of its own. */
public final class ProbeMain {
    private ProbeMain() {}

    /** Prints the result. */
    public static void main(String[] arguments) {
        switch (new CpuProvider().probe()) {
            case Availability.Available available -> System.out.println("available|" + available.detail());
            case Availability.Missing missing ->
                System.out.println("missing|" + missing.reason() + "|" + missing.tried() + "|" + missing.remedy());
        }
    }
}
