package dev.quarry;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * There was not enough memory, after everything was tried that the options allow. The pool goes on.
 *
 * <p>Not an {@code OutOfMemoryError}, which would end processes that could recover.
 */
public final class DeviceOutOfMemoryException extends QuarryException {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient @Nullable OutOfMemoryReport report;

    /** Makes one from a report, whose text becomes the message. */
    public DeviceOutOfMemoryException(OutOfMemoryReport report) {
        super(report.describe());
        this.report = report;
    }

    /**
     * Returns the figures behind the message.
     *
     * @throws IllegalStateException if this exception was deserialized, which keeps the message only
     */
    public OutOfMemoryReport report() {
        if (report == null) {
            throw new IllegalStateException("a deserialized exception has its message only");
        }
        return report;
    }
}
