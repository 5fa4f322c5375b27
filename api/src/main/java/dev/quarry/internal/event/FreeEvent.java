package dev.quarry.internal.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** The flight-recorder event of one allocation's close; not enabled unless a recording asks for it. */
@Name("dev.quarry.Free")
@Label("Free")
@Description("An allocation was closed")
@Category({"Quarry", "Memory"})
@Enabled(false)
@StackTrace
public final class FreeEvent extends Event {
    @Label("Pool")
    @Description("The pool, or the child pool, that it was asked of")
    private @Nullable String pool;

    @Label("Tag")
    @Description("What the memory is for, if the request said so")
    private @Nullable String tag;

    @Label("Requested")
    @DataAmount
    private long requestedBytes;

    @Label("Address")
    @MemoryAddress
    private long address;

    /** Makes an empty event. */
    public FreeEvent() {}

    /** Fills the event. */
    public void fill(String poolName, @Nullable String tagName, long requested, long at) {
        pool = poolName;
        tag = tagName;
        requestedBytes = requested;
        address = at;
    }

    @Override
    public String toString() {
        return "free of " + requestedBytes + " bytes at 0x" + Long.toHexString(address) + " in " + pool + ", tag "
                + tag;
    }
}
