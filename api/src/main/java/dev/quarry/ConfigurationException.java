package dev.quarry;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A setting that is unknown or has a value that cannot be used; the message names where it came from. */
public final class ConfigurationException extends QuarryException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Makes one with a message and, where there is one, a cause. */
    public ConfigurationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
