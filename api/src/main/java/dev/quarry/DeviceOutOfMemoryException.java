package dev.quarry;

import java.io.Serial;

/**
 * There was not enough memory, after everything was tried that the options allow. The pool goes on.
 *
 * <p>Not an {@code OutOfMemoryError}, which would end processes that could recover.
 */
public final class DeviceOutOfMemoryException extends QuarryException {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient OutOfMemoryReport report;

    /** Makes one from a report, whose text becomes the message. */
    public DeviceOutOfMemoryException(OutOfMemoryReport report) {
        super(report.describe());
        this.report = report;
    }

    /** Returns the figures behind the message. */
    public OutOfMemoryReport report() {
        return report;
    }
}
