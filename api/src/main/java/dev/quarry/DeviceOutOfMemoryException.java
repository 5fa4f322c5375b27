package dev.quarry;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * There was not enough memory, after everything was tried that the options allow. The pool goes on.
 *
 * <p>Not an {@code OutOfMemoryError}, which would end processes that could recover. The message is made when it is first
 * asked for: programs that catch this exception and go on do not pay for it.
 */
public final class DeviceOutOfMemoryException extends QuarryException {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient @Nullable OutOfMemoryReport report;
    private volatile @Nullable String message;

    /** Makes one from a report, whose text is the message. */
    public DeviceOutOfMemoryException(OutOfMemoryReport report) {
        super("out of memory");
        this.report = report;
    }

    @Override
    public String getMessage() {
        String text = message;
        if (text == null) {
            text = report == null ? "out of memory" : report.describe();
            message = text;
        }
        return text;
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

    @Serial
    private void writeObject(ObjectOutputStream out) throws IOException {
        message = getMessage();
        out.defaultWriteObject();
    }
}
