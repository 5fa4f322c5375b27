package dev.quarry.internal.device;

import org.jspecify.annotations.Nullable;

/** Steps of a cleanup that all run, whatever fails; the first failure is thrown at the end, the others suppressed in it. */
public final class Cleanup {
    private @Nullable RuntimeException first;

    /** Runs a step and keeps its failure. */
    public void run(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            if (first == null) {
                first = e;
            } else if (!first.equals(e)) {
                first.addSuppressed(e);
            }
        }
    }

    /** Adds the first failure, if there was one, to another that is on its way. */
    void suppressIn(Throwable other) {
        if (first != null) {
            other.addSuppressed(first);
        }
    }

    /** Throws the first failure, if there was one. */
    public void rethrow() {
        if (first != null) {
            throw first;
        }
    }
}
