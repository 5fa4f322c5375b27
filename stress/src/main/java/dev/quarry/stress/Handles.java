package dev.quarry.stress;

import dev.quarry.Allocation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What calls of a handle that races with its close may end in. */
public final class Handles {
    private Handles() {}

    /** How a call ended. */
    public enum End {
        /** As if nobody else was there. */
        DONE,
        /** The allocation is closed. */
        CLOSED,
        /** The view belongs to another thread. */
        OTHER_THREAD
    }

    /** Makes a call; anything that is no {@link End} is thrown on and fails the test. */
    public static End attempt(Runnable call) {
        try {
            call.run();
            return End.DONE;
        } catch (WrongThreadException e) {
            return End.OTHER_THREAD;
        } catch (IllegalStateException e) {
            return End.CLOSED;
        }
    }

    /** Closes an allocation; returns whether this call did. */
    public static boolean close(Allocation allocation) {
        return attempt(allocation::close) == End.DONE;
    }

    /** Reads the first byte. */
    public static void read(MemorySegment segment) {
        segment.get(ValueLayout.JAVA_BYTE, 0);
    }
}
