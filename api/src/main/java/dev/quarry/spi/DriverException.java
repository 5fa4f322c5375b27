package dev.quarry.spi;

import dev.quarry.QuarryException;
import java.io.Serial;

/** A driver call that failed. The message names function, arguments, code and the code's name. */
public class DriverException extends QuarryException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String function;
    private final int code;

    /**
     * Makes one.
     *
     * @param function the driver's function
     * @param arguments its arguments, as text
     * @param code what it returned
     * @param description the code's name and meaning
     */
    public DriverException(String function, String arguments, int code, String description) {
        super(function + "(" + arguments + ") failed: " + code + " " + description);
        this.function = function;
        this.code = code;
    }

    /** Returns the driver's function. */
    public String function() {
        return function;
    }

    /** Returns what it returned. */
    public int code() {
        return code;
    }
}
