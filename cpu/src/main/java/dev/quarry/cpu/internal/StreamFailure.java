package dev.quarry.cpu.internal;

import dev.quarry.spi.DriverException;

/**
 * Why a stream is lost.
 *
 * @param function the name of the work that failed
 * @param arguments what it worked on
 * @param cause what it threw
 */
record StreamFailure(String function, String arguments, Throwable cause) {
    /** Makes an exception for one more caller to throw, with the stack of the caller's thread. */
    DriverException toException() {
        DriverException exception =
                new DriverException(function, arguments, -1, "on a stream, which is lost since then: " + cause);
        exception.initCause(cause);
        return exception;
    }
}
