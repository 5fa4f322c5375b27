package dev.quarry.tools.replay;

/** A source of samples. */
interface Sampler extends AutoCloseable {
    /** Replays a number of times, and measures. */
    Sample sample(long replays);

    /** Ends what was started for the measurement. */
    @Override
    void close();
}
