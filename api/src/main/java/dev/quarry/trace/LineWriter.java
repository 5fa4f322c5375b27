package dev.quarry.trace;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A buffer of text on its way to a stream, filled without an object per number. */
final class LineWriter implements Closeable {
    private static final int BUFFER = 1 << 16;
    private static final int LONGEST_NUMBER = 20;

    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER];
    private int length;
    private boolean closed;

    LineWriter(OutputStream out) {
        this.out = out;
    }

    LineWriter text(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > BUFFER - length) {
            flush();
        }
        if (bytes.length > BUFFER) {
            out.write(bytes);
        } else {
            System.arraycopy(bytes, 0, buffer, length, bytes.length);
            length += bytes.length;
        }
        return this;
    }

    LineWriter character(char ascii) throws IOException {
        if (length == BUFFER) {
            flush();
        }
        buffer[length++] = (byte) ascii;
        return this;
    }

    /** Writes a number that is not negative. */
    LineWriter number(long value) throws IOException {
        return digits(value, 10, 1);
    }

    /** Writes a number that is not negative with 0x before it. */
    LineWriter hexadecimal(long value) throws IOException {
        return character('0').character('x').digits(value, 16, 1);
    }

    /** Writes a number that is not negative with zeros before it. */
    LineWriter padded(long value, int width) throws IOException {
        return digits(value, 10, width);
    }

    private LineWriter digits(long value, int radix, int width) throws IOException {
        if (BUFFER - length < LONGEST_NUMBER) {
            flush();
        }
        int count = Math.max(width, digitCount(value, radix));
        long rest = value;
        for (int i = length + count - 1; i >= length; i--) {
            buffer[i] = (byte) Character.forDigit((int) (rest % radix), radix);
            rest /= radix;
        }
        length += count;
        return this;
    }

    private static int digitCount(long value, int radix) {
        int count = 1;
        for (long rest = value; rest >= radix; rest /= radix) {
            count++;
        }
        return count;
    }

    LineWriter endLine() throws IOException {
        return character('\n');
    }

    private void flush() throws IOException {
        out.write(buffer, 0, length);
        length = 0;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try (out) {
                flush();
            }
        }
    }
}
