package dev.quarry.internal.pool;

import dev.quarry.internal.device.DriverEvent;

/**
 * An event on a domain's stream, and what it covers: every block that the domain freed up to a sequence number. One mark
 * serves all those blocks, whoever takes them.
 *
 * @param event held by the mark
 * @param sequence the domain's sequence number when the event was recorded
 */
record Mark(DriverEvent event, long sequence) {}
