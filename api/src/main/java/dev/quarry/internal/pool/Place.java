package dev.quarry.internal.pool;

import java.lang.StackWalker.StackFrame;
import java.util.Optional;

/** Where in the user's code something was done, and by which thread; put into words when somebody asks. */
final class Place {
    private static final StackWalker WALKER = StackWalker.getInstance();

    private final Optional<StackFrame> frame;
    private final String thread;

    private Place(Optional<StackFrame> frame, String thread) {
        this.frame = frame;
        this.thread = thread;
    }

    /** Returns the first frame of the calling thread outside of Quarry's inner packages. */
    static Place caller() {
        return new Place(
                WALKER.walk(
                        frames -> frames.filter(f -> !isOurs(f.getClassName())).findFirst()),
                Thread.currentThread().getName());
    }

    private static boolean isOurs(String className) {
        return className.startsWith("dev.quarry.internal.")
                || className.startsWith("java.")
                || className.equals("dev.quarry.MemoryPool")
                || className.equals("dev.quarry.Allocation");
    }

    @Override
    public String toString() {
        return frame.map(StackFrame::toString).orElse("unknown") + " (thread \"" + thread + "\")";
    }
}
