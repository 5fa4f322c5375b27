package dev.quarry.sim;

import dev.quarry.spi.DriverException;
import dev.quarry.spi.DriverOutOfMemoryException;

/** What a simulated driver throws where a failure was asked for. */
@FunctionalInterface
public interface SimFailure {
    /** The failure of a driver that has not enough memory. */
    SimFailure OUT_OF_MEMORY = (function, arguments) ->
            new DriverOutOfMemoryException(function, arguments, 2, "SIM_ERROR_OUT_OF_MEMORY (injected)");

    /** The failure of a driver for a reason of its own. */
    SimFailure ERROR =
            (function, arguments) -> new DriverException(function, arguments, 999, "SIM_ERROR_UNKNOWN (injected)");

    /**
     * Makes the exception.
     *
     * @param function the driver's method
     * @param arguments the arguments of the call, as text
     */
    DriverException make(String function, String arguments);
}
