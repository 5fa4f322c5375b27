package dev.quarry;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The root of Quarry's own exceptions; misuse throws the JDK's {@code IllegalArgumentException} and its like. */
public class QuarryException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Makes one with a message. */
    public QuarryException(String message) {
        super(message);
    }

    /** Makes one with a message and a cause. */
    public QuarryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
