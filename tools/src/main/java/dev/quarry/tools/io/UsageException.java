package dev.quarry.tools.io;

import java.io.Serial;

/** Wrong usage or input that cannot be read: the command ends with exit code 2 and the message, without a stack trace. */
public final class UsageException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Makes one with a message for the user. */
    public UsageException(String message) {
        super(message);
    }

    /** Makes one with a message for the user, and the cause. */
    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
