package dev.quarry;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that may be asked of an allocation: immutable, reusable, made once and used many times.
 *
 * <pre>{@code
 * static final AllocationRequest PAGE = AllocationRequest.of(ByteSize.mib(2)).aligned(4096).zeroed().tagged("pages");
 * }</pre>
 */
public final class AllocationRequest {
    private final long bytes;
    private final long alignment;
    private final @Nullable Stream stream;
    private final boolean zeroed;
    private final boolean shareable;
    private final @Nullable String tag;
    private final LifetimeHint lifetime;
    private final @Nullable ViewSafety viewSafety;

    private AllocationRequest(Draft draft) {
        this.bytes = draft.bytes;
        this.alignment = draft.alignment;
        this.stream = draft.stream;
        this.zeroed = draft.zeroed;
        this.shareable = draft.shareable;
        this.tag = draft.tag;
        this.lifetime = draft.lifetime;
        this.viewSafety = draft.viewSafety;
    }

    /**
     * Asks for a number of bytes, in host order where the pool's memory is host-accessible, else in the order of the
     * device's default stream.
     *
     * @param bytes one or more
     * @throws IllegalArgumentException if {@code bytes} is not positive
     */
    public static AllocationRequest of(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("bytes = " + bytes + " (expected: at least 1)");
        }
        return new AllocationRequest(new Draft(bytes));
    }

    /**
     * Asks for an address that is a multiple of {@code alignment}.
     *
     * @param alignment a power of two, from 1 to 2 MiB
     * @throws IllegalArgumentException if it is not
     */
    public AllocationRequest aligned(long alignment) {
        if (alignment <= 0 || alignment > 1 << 21 || Long.bitCount(alignment) != 1) {
            throw new IllegalArgumentException(
                    "alignment = " + alignment + " (expected: a power of two from 1 to 2 MiB)");
        }
        Draft draft = new Draft(this);
        draft.alignment = alignment;
        return new AllocationRequest(draft);
    }

    /** Asks for memory in the order of a stream. */
    public AllocationRequest on(Stream stream) {
        Draft draft = new Draft(this);
        draft.stream = Objects.requireNonNull(stream, "stream");
        return new AllocationRequest(draft);
    }

    /** Asks for cleared contents; the clearing runs in the allocation's order. */
    public AllocationRequest zeroed() {
        Draft draft = new Draft(this);
        draft.zeroed = true;
        return new AllocationRequest(draft);
    }

    /** Asks for memory of its own that can be exported to another process; never cached and slower to get. */
    public AllocationRequest shareable() {
        Draft draft = new Draft(this);
        draft.shareable = true;
        return new AllocationRequest(draft);
    }

    /** Names what the memory is for, as reports and metrics will show it. Use few distinct tags. */
    public AllocationRequest tagged(String tag) {
        Draft draft = new Draft(this);
        draft.tag = Objects.requireNonNull(tag, "tag");
        return new AllocationRequest(draft);
    }

    /** Tells how long the memory will be held. */
    public AllocationRequest lifetime(LifetimeHint lifetime) {
        Draft draft = new Draft(this);
        draft.lifetime = Objects.requireNonNull(lifetime, "lifetime");
        return new AllocationRequest(draft);
    }

    /** Chooses the protection of the host view; without it the pool's option decides. */
    public AllocationRequest viewSafety(ViewSafety viewSafety) {
        Draft draft = new Draft(this);
        draft.viewSafety = Objects.requireNonNull(viewSafety, "viewSafety");
        return new AllocationRequest(draft);
    }

    /** Returns the bytes asked for. */
    public long bytes() {
        return bytes;
    }

    /** Returns the alignment asked for; 1 where none was. */
    public long alignment() {
        return alignment;
    }

    /** Returns the stream asked for, or {@code null} for the pool's default order. */
    public @Nullable Stream stream() {
        return stream;
    }

    /** Returns whether cleared contents are asked for. */
    public boolean isZeroed() {
        return zeroed;
    }

    /** Returns whether exportable memory is asked for. */
    public boolean isShareable() {
        return shareable;
    }

    /** Returns the tag, or {@code null}. */
    public @Nullable String tag() {
        return tag;
    }

    /** Returns the expected lifetime. */
    public LifetimeHint lifetime() {
        return lifetime;
    }

    /** Returns the protection asked for, or {@code null} for the pool's. */
    public @Nullable ViewSafety viewSafety() {
        return viewSafety;
    }

    @Override
    public String toString() {
        return "AllocationRequest[bytes=" + bytes + ", alignment=" + alignment + ", zeroed=" + zeroed + ", shareable="
                + shareable + ", tag=" + tag + ", lifetime=" + lifetime + "]";
    }

    /** The fields while a request is being made. */
    private static final class Draft {
        private final long bytes;
        private long alignment = 1;
        private @Nullable Stream stream;
        private boolean zeroed;
        private boolean shareable;
        private @Nullable String tag;
        private LifetimeHint lifetime = LifetimeHint.UNKNOWN;
        private @Nullable ViewSafety viewSafety;

        Draft(long bytes) {
            this.bytes = bytes;
        }

        Draft(AllocationRequest from) {
            this.bytes = from.bytes;
            this.alignment = from.alignment;
            this.stream = from.stream;
            this.zeroed = from.zeroed;
            this.shareable = from.shareable;
            this.tag = from.tag;
            this.lifetime = from.lifetime;
            this.viewSafety = from.viewSafety;
        }
    }
}
