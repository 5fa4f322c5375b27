package dev.quarry.tools.replay;

import dev.quarry.trace.Trace;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

/** An engine that hands out addresses a test chooses, in an array instead of memory. */
class FakeEngine extends Engine {
    final byte[] memory = new byte[1 << 12];
    final Set<Integer> live = new HashSet<>();
    private final long[] addresses;
    private final long[] sizes;

    FakeEngine(Trace trace) {
        super(trace, false);
        this.addresses = new long[trace.slots()];
        this.sizes = new long[trace.slots()];
    }

    /** Chooses an address; here, apart from all others. */
    long place(int operation) {
        return 256L * trace.slot(operation);
    }

    @Override
    void replay() {
        throw new UnsupportedOperationException("only single operations are served");
    }

    @Override
    void allocate(int operation) {
        int slot = trace.slot(operation);
        live.add(slot);
        addresses[slot] = place(operation);
        sizes[slot] = trace.bytes(operation);
        Pattern.write(segment(slot), operation);
    }

    @Override
    void free(int operation) {
        live.remove(trace.slot(operation));
    }

    @Override
    boolean isLive(int slot) {
        return live.contains(slot);
    }

    @Override
    long address(int slot) {
        return addresses[slot];
    }

    @Override
    MemorySegment segment(int slot) {
        return MemorySegment.ofArray(memory).asSlice(addresses[slot], sizes[slot]);
    }

    @Override
    void renew() {
        live.clear();
    }

    @Override
    public void close() {
        live.clear();
    }
}
