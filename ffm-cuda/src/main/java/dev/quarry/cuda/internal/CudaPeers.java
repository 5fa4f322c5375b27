package dev.quarry.cuda.internal;

import static dev.quarry.cuda.internal.bindings.Cuda.*;

import dev.quarry.cuda.internal.bindings.Cuda;
import dev.quarry.spi.PeerAccess;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** The devices of one opening, and who may access whose memory. Thread-safe. */
final class CudaPeers {
    /** In the order of the ordinals. */
    private final List<Member> members = new CopyOnWriteArrayList<>();

    /**
     * One device.
     *
     * @param device the driver's number
     */
    private record Member(int device, CudaContext context, Optional<CudaVirtualMemory> virtualMemory) {}

    /** Enters the next device. */
    void enter(int device, CudaContext context, Optional<CudaVirtualMemory> virtualMemory) {
        members.add(new Member(device, context, virtualMemory));
    }

    /** Returns the driver's number of a device by ordinal. */
    int device(int ordinal) {
        return member(ordinal).device;
    }

    /** Returns what one device can access. */
    PeerAccess of(int ordinal) {
        return new PeerAccess() {
            @Override
            public boolean isPossible(int other) {
                return CudaPeers.this.isPossible(member(ordinal), member(other));
            }

            @Override
            public void enable(int other) {
                CudaPeers.this.enable(member(ordinal), member(other));
            }
        };
    }

    private boolean isPossible(Member accessor, Member owner) {
        if (accessor.device == owner.device) {
            return true;
        }
        MemorySegment piece = CudaScratch.take();
        try {
            int code = Cuda.cuDeviceCanAccessPeer(piece, accessor.device, owner.device);
            CudaResult.check(code, "cuDeviceCanAccessPeer", accessor.device, owner.device);
            return CudaScratch.number(piece) != 0;
        } finally {
            CudaScratch.give(piece);
        }
    }

    private void enable(Member accessor, Member owner) {
        if (accessor.device == owner.device) {
            return;
        }
        accessor.context.enter();
        try {
            int code = Cuda.cuCtxEnablePeerAccess(owner.context.handle(), 0);
            if (code != CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED()) {
                CudaResult.check(code, "cuCtxEnablePeerAccess", "device " + accessor.device, "device " + owner.device);
            }
        } finally {
            accessor.context.leave();
        }
        owner.virtualMemory.ifPresent(memory -> memory.admit(accessor.device));
    }

    private Member member(int ordinal) {
        if (ordinal < 0 || ordinal >= members.size()) {
            throw new IllegalArgumentException(
                    "device = " + ordinal + " (expected: 0 to " + (members.size() - 1) + ", which are open)");
        }
        return members.get(ordinal);
    }
}
