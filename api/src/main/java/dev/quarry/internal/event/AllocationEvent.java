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

/** The flight-recorder event of one allocation; not enabled unless a recording asks for it. */
@Name("dev.quarry.Allocation")
@Label("Allocation")
@Description("Memory was handed out by a pool")
@Category({"Quarry", "Memory"})
@Enabled(false)
@StackTrace
public final class AllocationEvent extends Event {
    @Label("Pool")
    @Description("The pool, or the child pool, that it was asked of")
    private @Nullable String pool;

    @Label("Stream")
    @Description("The stream in whose order the memory was allocated, or host")
    private @Nullable String stream;

    @Label("Tag")
    @Description("What the memory is for, if the request said so")
    private @Nullable String tag;

    @Label("Requested")
    @DataAmount
    private long requestedBytes;

    @Label("Block")
    @DataAmount
    private long blockBytes;

    @Label("Address")
    @MemoryAddress
    private long address;

    /** Makes an empty event. */
    public AllocationEvent() {}

    /** Fills the event. */
    public void fill(
            String poolName, String streamName, @Nullable String tagName, long requested, long block, long at) {
        pool = poolName;
        tag = tagName;
        stream = streamName;
        requestedBytes = requested;
        blockBytes = block;
        address = at;
    }

    @Override
    public String toString() {
        return "allocation of " + requestedBytes + " bytes (block of " + blockBytes + ") at 0x"
                + Long.toHexString(address) + " in " + pool + " on " + stream + ", tag " + tag;
    }
}
