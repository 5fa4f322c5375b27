package dev.quarry.internal.inspect;

import dev.quarry.MemoryStatistics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a pool's invariants speak of, taken while no operation was under way. Immutable.
 *
 * @param name the pool's name
 * @param granule the smallest block step in bytes
 * @param segments all segments, in no order
 * @param domains one entry per domain, the host's (owner 0) included
 * @param batches blocks that wait for events, one entry per batch
 * @param deferred blocks closed but not yet given back to the index, by id
 * @param statistics the pool's own counters at the same moment
 * @param reservedByAccount what the pool's account says is reserved
 * @param spareBytes bytes of handles of physical memory that are mapped nowhere
 */
public record PoolLayout(
        String name,
        long granule,
        List<SegmentLayout> segments,
        List<DomainLayout> domains,
        List<BatchLayout> batches,
        List<Integer> deferred,
        MemoryStatistics statistics,
        long reservedByAccount,
        long spareBytes) {

    /** Where a block is. */
    public enum State {
        /** Held by a user, or closed and deferred. */
        IN_USE,
        /** In a stream cache. */
        CACHED,
        /** In a free index. */
        FREE,
        /** In a batch behind events. */
        PENDING,
        /** Owned by one thread in a driver call. */
        IN_TRANSIT,
        /** Reserved addresses with nothing mapped to them. */
        UNMAPPED,
        /** Over a mapping that the driver neither made accessible nor undid. */
        STUCK
    }

    /**
     * One segment.
     *
     * @param address its first byte
     * @param bytes its size
     * @param dedicated whether it holds exactly one block that is never cached or split
     * @param blocks its blocks in the order of the physical links
     * @param mappings what is mapped into a range of reserved addresses, in the order of the addresses; {@code null} for a
     *     segment that has its memory as long as it exists
     */
    public record SegmentLayout(
            long address,
            long bytes,
            boolean dedicated,
            List<BlockLayout> blocks,
            @Nullable List<MappingLayout> mappings) {
        /** Makes a segment that has its memory as long as it exists. */
        public SegmentLayout(long address, long bytes, boolean dedicated, List<BlockLayout> blocks) {
            this(address, bytes, dedicated, blocks, null);
        }
    }

    /**
     * One mapping of a handle of physical memory.
     *
     * @param address its first byte
     * @param bytes its size
     * @param handle the driver's name for it
     */
    public record MappingLayout(long address, long bytes, long handle) {}

    /**
     * One block.
     *
     * @param id its number in the block table
     * @param address its first byte
     * @param bytes its size
     * @param state where it says it is
     * @param owner the domain that owns it, 0 for none
     * @param requestedBytes what its holder asked for; meaningful while in use
     * @param sequence which of its owner's frees made it free, counted from 1; 0 where the host did; meaningful while free
     */
    public record BlockLayout(
            int id, long address, long bytes, State state, int owner, long requestedBytes, long sequence) {}

    /**
     * One domain's free blocks.
     *
     * @param owner the domain's number
     * @param bins the bins of its index that are not empty or whose bitmap bit is set
     * @param cached ids in its stream cache
     * @param cachedBytes what the cache says it holds
     * @param indexedBytes what the index says it holds
     */
    public record DomainLayout(
            int owner, List<BinLayout> bins, List<Integer> cached, long cachedBytes, long indexedBytes) {}

    /**
     * One bin of an index.
     *
     * @param bin its number
     * @param least the smallest size that belongs into it
     * @param most the largest size that belongs into it
     * @param marked whether its bitmap bit is set
     * @param blocks ids of its blocks, in the order of the index
     */
    public record BinLayout(int bin, long least, long most, boolean marked, List<Integer> blocks) {}

    /**
     * One batch.
     *
     * @param target the owner that its blocks get once the events are complete
     * @param bytes what it says it holds
     * @param blocks ids
     */
    public record BatchLayout(int target, long bytes, List<Integer> blocks) {}
}
