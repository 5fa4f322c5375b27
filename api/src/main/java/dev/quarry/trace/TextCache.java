package dev.quarry.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A cache of the texts that occur again and again in a file, so that each becomes a string once. Bounded. */
final class TextCache {
    private static final int SLOTS = 1 << 12;

    /** A text with its encoding. */
    private static final class Entry {
        final byte[] bytes;
        final String text;

        Entry(byte[] bytes) {
            this.bytes = bytes;
            this.text = new String(bytes, StandardCharsets.UTF_8);
        }

        boolean holds(byte[] source, int start, int length) {
            return Arrays.equals(bytes, 0, bytes.length, source, start, start + length);
        }
    }

    private final @Nullable Entry[] entries = new Entry[SLOTS];

    /** Returns a range of UTF-8 bytes as a string. */
    String get(byte[] source, int start, int length) {
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + source[start + i];
        }
        int slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
        Entry known = entries[slot];
        if (known == null || !known.holds(source, start, length)) {
            known = new Entry(Arrays.copyOfRange(source, start, start + length));
            entries[slot] = known;
        }
        return known.text;
    }
}
