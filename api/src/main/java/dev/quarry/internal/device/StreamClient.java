package dev.quarry.internal.device;

/** What a pool keeps at a stream: told when the stream closes, before the driver is. */
public interface StreamClient {
    /** The stream closes: what is kept for it is handed over now, and nothing is asked of the stream afterwards. */
    void streamCloses();
}
