package dev.quarry.bench.compare;

import org.jspecify.annotations.Nullable;

/** Whether a figure keeps to a bound. */
enum Verdict {
    YES("yes"),
    NO("no"),
    /** There is no bound, or it is not known well enough. */
    OPEN("–");

    private final String text;

    Verdict(String text) {
        this.text = text;
    }

    /** Judges a figure, which is {@code null} if the run failed: that keeps to no bound. */
    static Verdict atMost(@Nullable Double figure, @Nullable Double bound) {
        if (bound == null) {
            return OPEN;
        }
        return figure != null && figure <= bound ? YES : NO;
    }

    @Override
    public String toString() {
        return text;
    }
}
