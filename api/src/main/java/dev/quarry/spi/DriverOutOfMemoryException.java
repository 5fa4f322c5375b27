package dev.quarry.spi;

import java.io.Serial;

/** A driver call that failed because there is not enough memory, certainly and for no other reason. */
public final class DriverOutOfMemoryException extends DriverException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Makes one; parameters as {@link DriverException}. */
    public DriverOutOfMemoryException(String function, String arguments, int code, String description) {
        super(function, arguments, code, description);
    }
}
