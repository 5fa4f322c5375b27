package dev.quarry.tools.io;

import java.io.Serial;

/** Work that was asked for rightly and failed: the command ends with exit code 1 and the message, without a stack trace. */
public final class WorkFailedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Makes one with a message for the user. */
    public WorkFailedException(String message) {
        super(message);
    }

    /** Makes one with a message for the user, and the cause. */
    public WorkFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
