package dev.quarry.trace;

/** One event as a file tells it, used again for each row: checked in form, not against the blocks that are live. */
final class Row {
    boolean allocation;
    long id;
    /** Of an allocation; unset for a free. */
    long bytes;

    int stream;
    /** Nanoseconds since the first event, -1 for none. */
    long timeNanos = -1;

    String tag = "";
    /** Where the event stands, for messages. */
    long line;

    int idColumn;
    int bytesColumn;
}
