package dev.quarry.sim;

/** A function of a simulated driver: what is counted, can be made to fail, and can run a hook. */
public enum SimFunction {
    /** {@link dev.quarry.spi.DeviceDriver#memory}. */
    MEMORY("memory"),
    /** {@link dev.quarry.spi.DeviceDriver#allocate}. */
    ALLOCATE("allocate"),
    /** {@link dev.quarry.spi.DeviceDriver#free}. */
    FREE("free"),
    /** {@link dev.quarry.spi.DeviceDriver#clear}. */
    CLEAR("clear"),
    /** {@link dev.quarry.spi.StreamDriver#createStream}. */
    CREATE_STREAM("createStream"),
    /** {@link dev.quarry.spi.StreamDriver#destroyStream}. */
    DESTROY_STREAM("destroyStream"),
    /** {@link dev.quarry.spi.StreamDriver#state}. */
    STATE("state"),
    /** {@link dev.quarry.spi.StreamDriver#synchronize}. */
    SYNCHRONIZE("synchronize"),
    /** {@link dev.quarry.spi.StreamDriver#createEvent}. */
    CREATE_EVENT("createEvent"),
    /** {@link dev.quarry.spi.StreamDriver#destroyEvent}. */
    DESTROY_EVENT("destroyEvent"),
    /** {@link dev.quarry.spi.StreamDriver#record}. */
    RECORD("record"),
    /** {@link dev.quarry.spi.StreamDriver#isComplete}. */
    IS_COMPLETE("isComplete"),
    /** {@link dev.quarry.spi.StreamDriver#await}. */
    AWAIT("await"),
    /** {@link dev.quarry.spi.StreamDriver#waitFor}. */
    WAIT_FOR("waitFor"),
    /** {@link dev.quarry.spi.StreamDriver#copy}. */
    COPY("copy"),
    /** {@link dev.quarry.spi.StreamDriver#fill}. */
    FILL("fill"),
    /** {@link dev.quarry.spi.VirtualMemory#reserve}. */
    RESERVE("reserve"),
    /** {@link dev.quarry.spi.VirtualMemory#unreserve}. */
    UNRESERVE("unreserve"),
    /** {@link dev.quarry.spi.VirtualMemory#create}. */
    CREATE("create"),
    /** {@link dev.quarry.spi.VirtualMemory#release}. */
    RELEASE("release"),
    /** {@link dev.quarry.spi.VirtualMemory#map}. */
    MAP("map"),
    /** {@link dev.quarry.spi.VirtualMemory#unmap}. */
    UNMAP("unmap"),
    /** {@link dev.quarry.spi.VirtualMemory#setAccess}. */
    SET_ACCESS("setAccess");

    private final String method;

    SimFunction(String method) {
        this.method = method;
    }

    /** Returns the name of the driver's method. */
    @Override
    public String toString() {
        return method;
    }
}
