package dev.quarry.internal.pool;

import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Segment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a request fits best when nearly all memory is in use, and what is free can be moved: the place under which the fewest
 * pages come that no live block shares. Under the pool's lock.
 *
 * <p>Pages that a live and a free block share are lost to all requests that are larger than what is left of them. So how many
 * there are decides what else fits, and not which free memory is mapped where.
 */
final class SiteSearch {
    private final Domain domain;
    private final Wish wish;
    private final long page;
    private @Nullable Site best;

    private SiteSearch(Domain domain, Wish wish, long page) {
        this.domain = domain;
        this.wish = wish;
        this.page = page;
    }

    /**
     * A place for a request in a run of free blocks and holes.
     *
     * @param range the range it lies in
     * @param first the block that the request begins in, free or a hole
     * @param start the request's first byte
     * @param end the byte after its last
     * @param pages how many pages come under it that no block beside the run shares
     * @param run the run's bytes
     */
    record Site(Segment range, Block first, long start, long end, long pages, long run) {
        private boolean isBetter(Site other) {
            return pages < other.pages || (pages == other.pages && run < other.run);
        }

        /** Returns what has to be mapped before the request fits, in the order of the addresses. */
        List<Gap> gaps(long page) {
            long from = start & -page;
            long to = (end + page - 1) & -page;
            List<Gap> gaps = new ArrayList<>();
            for (Block block = first; block != null && block.address() < to; block = block.next()) {
                long low = Math.max(from, block.address());
                long high = Math.min(to, block.address() + block.size());
                if (block.state() == Block.UNMAPPED && low < high) {
                    gaps.add(new Gap(low, high - low));
                }
            }
            return gaps;
        }

        /** Returns whether a domain has freed some of what the request would lie in. */
        boolean isPartOf(Domain owner) {
            boolean found = false;
            for (Block block = first; block != null && block.address() < end; block = block.next()) {
                found |= block.isFreeOf(owner.id());
            }
            return found;
        }

        /** Returns whether an address lies on the pages under the request. */
        boolean covers(long address, long page) {
            return address >= (start & -page) && address < end;
        }
    }

    /**
     * A part of a hole.
     *
     * @param address its first byte, a multiple of the page size
     * @param bytes its size, a multiple of the page size
     */
    record Gap(long address, long bytes) {}

    /** Returns the best place for a request of a domain; {@code null} if no run is long enough. */
    static @Nullable Site find(List<Segment> ranges, Domain domain, Wish wish, long page) {
        SiteSearch search = new SiteSearch(domain, wish, page);
        for (Segment range : ranges) {
            if (range.isSmall() == wish.small()) {
                search.visit(range);
            }
        }
        return search.best;
    }

    private void visit(Segment range) {
        Block block = range.first();
        while (block != null) {
            Block first = block;
            long end = block.address();
            while (block != null && isUsable(block)) {
                end += block.size();
                block = block.next();
            }
            if (block == null) {
                end -= page; // the last page of a range is never mapped
            }
            consider(range, first, end);
            block = block == null ? null : block.next();
        }
    }

    private boolean isUsable(Block block) {
        return block.state() == Block.UNMAPPED || block.isFreeOf(domain.id()) || block.isFreeOf(Domain.HOST);
    }

    private void consider(Segment range, Block lowest, long runEnd) {
        long runStart = lowest.address();
        long start = (runStart + wish.alignment() - 1) & -wish.alignment();
        long end = start + wish.size();
        if (end > runEnd) {
            return;
        }
        long firstPage = start / page;
        long lastPage = (end - 1) / page;
        boolean sharesFirst = runStart % page != 0 && runStart / page == firstPage;
        boolean sharesLast = runEnd % page != 0 && runEnd / page == lastPage;
        long shared = firstPage == lastPage
                ? (sharesFirst || sharesLast ? 1 : 0)
                : (sharesFirst ? 1 : 0) + (sharesLast ? 1 : 0);
        Site site = new Site(
                range, blockAt(lowest, start), start, end, lastPage - firstPage + 1 - shared, runEnd - runStart);
        if (best == null || site.isBetter(best)) {
            best = site;
        }
    }

    /** Returns the block that an address lies in, from a lower one on. */
    private static Block blockAt(Block lowest, long address) {
        Block block = lowest;
        for (Block next = block.next(); next != null && next.address() <= address; next = block.next()) {
            block = next;
        }
        return block;
    }
}
