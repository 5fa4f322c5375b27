package dev.quarry.internal.pool;

import dev.quarry.ByteSize;
import dev.quarry.LadderStep;
import dev.quarry.PoolMode;
import dev.quarry.PoolOptions;
import dev.quarry.internal.account.Account;

/**
 * The advice of an out-of-memory report: one sentence or two, true for the settings in force. The first case that applies
 * decides: what can never work, steps that are switched off and had something to work on, work that is not complete, memory
 * in pieces, limits, the device.
 */
final class Remedy {
    private final Shortage why;

    private Remedy(Shortage why) {
        this.why = why;
    }

    /** Returns the advice. */
    static String of(Shortage why) {
        return new Remedy(why).advice();
    }

    /**
     * Returns the advice for a request, or a reservation, that an account refused.
     *
     * @param bytes what was to be charged
     */
    static String of(Account account, long bytes) {
        Account refusing = account.refusal(bytes);
        if (refusing == null) {
            return "The limit that refused allows it by now: another thread freed something after that. Try again.";
        }
        String limit = "limit of pool \"" + refusing.name() + '"';
        return bytes > refusing.limit()
                ? "The request alone is larger than the " + limit + ": give that a higher one."
                : "The " + limit
                        + " is reached by what is allocated or reserved there: free some, close child pools of it,"
                        + " or give it a higher one.";
    }

    /**
     * What a pool may hand out, for reservations and requests of child pools that no account refuses.
     *
     * @param options the options in force
     * @param limit the pool's own limit, by either of its options
     * @param most bytes that the limit and the device's memory allow
     * @param leastLimit the least limit from the pool up
     * @param allocated bytes that are allocated
     * @param kept bytes that only child pools, or attempts under way, can have
     */
    record Share(PoolOptions options, long limit, long most, long leastLimit, long allocated, long kept) {
        /** Returns what nobody else can have. */
        long promised() {
            return allocated + kept;
        }

        private boolean isLimited() {
            return limit <= most;
        }

        private String bound() {
            return isLimited() ? "the pool's limit" : "the device's memory";
        }

        /** Returns a text that ends a list of what can be done. */
        private String orRaise() {
            return isLimited() ? ", or raise the option " + limitOption(options, limit) + '.' : ".";
        }
    }

    /**
     * Returns the advice for a reservation, or a request of a child pool, that no account refuses, but what the pool over the
     * driver may hand out.
     */
    static String of(Share share, long bytes) {
        if (bytes > share.most()) {
            return "The request alone is larger than " + share.bound() + ": ask for less" + share.orRaise();
        }
        if (bytes > share.leastLimit()) {
            return "The request alone is larger than the limit of the device: " + raiseAbove() + '.';
        }
        if (bytes <= share.most() - share.promised()) {
            return "What refused allows it by now: another thread freed something after that. Try again.";
        }
        return share.kept() > 0
                ? "What is left of " + share.bound()
                        + " is kept for other child pools: free some, lower their reservations" + share.orRaise()
                : "What is left of " + share.bound() + " beside what is allocated is less: free some" + share.orRaise();
    }

    private String advice() {
        long total = why.device().totalBytes();
        if (why.block() > total) {
            return tooLarge("the device's memory", total) + ": split it.";
        }
        if (why.block() > why.limit()) {
            return tooLarge("the pool's limit", why.limit()) + ": raise the option " + limitOption() + '.';
        }
        if (why.block() > why.above().leastLimit()) {
            return tooLarge(
                            "the limit of " + why.above().refusal().account(),
                            why.above().leastLimit()) + ": " + raiseAbove() + '.';
        }
        if (why.above().isKept()) {
            return "What is left of the pool's limit is kept for its child pools: lower their reservations, or raise"
                    + " the option " + limitOption() + '.';
        }
        for (LadderStep step : LadderStep.values()) {
            boolean possible = !why.isPrivate() || !Backing.NEVER_PRIVATE.contains(step);
            if (possible && why.lacks(step) && isWanted(step)) {
                return "The step " + step + " is switched off: " + found(step) + ". Add it to the option ladder.";
            }
        }
        if (why.isPrivate() && why.now().freeBytes() + why.now().pendingBytes() >= why.block()) {
            return "The pool is private: what one stream freed serves that stream alone, and nothing moves before the"
                    + " pool closes. Warm it up with the sizes that are captured, capture on fewer streams, or raise"
                    + " the option " + limitOption() + '.';
        }
        if (why.isHeldUpByWork() && !why.isPrivate()) {
            return heldUp();
        }
        if (why.lacks(LadderStep.HANDLER) && why.options().outOfMemoryHandler() != null) {
            return "The step handler is switched off, so the out-of-memory handler was not asked. Add it to the option"
                    + " ladder.";
        }
        return why.now().freeBytes() + why.now().cachedBytes() >= why.block() ? unusable() : usedUp();
    }

    private String tooLarge(String bound, long most) {
        return why.requested() > most
                ? "The request alone is larger than " + bound
                : "The smallest block for the request, " + why.block() + " bytes, is larger than " + bound;
    }

    /** Returns the option that sets the pool's limit. */
    private String limitOption() {
        return limitOption(why.options(), why.limit());
    }

    private static String limitOption(PoolOptions options, long limit) {
        return options.limit() <= limit ? "limit" : "memory-fraction";
    }

    /** Returns whether a step would have had something to work on that could serve the request. */
    private boolean isWanted(LadderStep step) {
        long free = why.now().freeBytes();
        boolean plain = !why.dedicated();
        return switch (step) {
            // A wait ends with the same, so that what is still pending after one is not complete.
            case TAKE_COMPLETED ->
                !waits()
                        && why.now().pendingBytes() > 0
                        && why.wouldDo(why.now().pendingBytes() + free);
            case TAKE_FROM_STREAMS -> plain && why.largestOfOthers() >= why.block();
            case DRAIN_CACHES ->
                why.now().cachedBytes() > 0 && why.wouldDo(why.now().cachedBytes() + free);
            case MERGE -> plain && why.freeOfOthers() > 0 && why.wouldDo(free);
            case RECLAIM -> why.lost();
            case OTHER_SEGMENTS -> plain && why.largestOfOtherSort() >= why.block();
            case REMAP -> plain && why.isMapped() && why.wouldDo(why.unused());
            case WAIT -> why.isHeldUpByWork() && mayStall();
            case RELEASE -> why.wouldDo(why.unused());
            case WAIT_FOR_BLOCK -> plain && why.largestUnfinished() >= why.block() && waits() && !why.isTimedOut();
            case OTHER_POOLS -> why.wouldDo(why.idleOfOthers());
            case HANDLER -> false;
        };
    }

    private boolean waits() {
        return !why.lacks(LadderStep.WAIT) && mayStall();
    }

    private boolean mayStall() {
        return !why.options().maxStall().isZero();
    }

    private String found(LadderStep step) {
        long pending = why.now().pendingBytes();
        return switch (step) {
            case TAKE_COMPLETED -> size(pending) + " wait for work on several streams, or for events";
            case TAKE_FROM_STREAMS -> "another stream has freed a block of " + size(why.largestOfOthers());
            case DRAIN_CACHES -> size(why.now().cachedBytes()) + " lie in stream caches";
            case MERGE ->
                "other streams have freed " + size(why.freeOfOthers()) + ", which can merge with other free memory";
            case RECLAIM -> "memory whose handles were lost waits to be freed";
            case OTHER_SEGMENTS ->
                "the segments for " + (isSmall() ? "larger" : "small") + " requests have a block of "
                        + size(why.largestOfOtherSort());
            case REMAP -> size(why.unused()) + " of unused memory can be moved to where the request lacks it";
            case WAIT -> size(why.unfinished()) + " wait for work that is not complete";
            case RELEASE -> size(why.unused()) + " of unused memory can be given back, and taken in one piece";
            case WAIT_FOR_BLOCK -> "a stream that is always busy has freed a block of " + size(why.largestUnfinished());
            case OTHER_POOLS -> "other pools of this process hold " + size(why.idleOfOthers()) + " that nobody uses";
            case HANDLER -> "nobody was asked";
        };
    }

    private String heldUp() {
        // Nobody knows what the pieces will merge with, nor whether whole segments come free for a shareable request.
        String waiting =
                "Memory that may be enough, if it lies together, waits for work on streams that is not complete";
        if (!mayStall()) {
            return waiting + ", and the option max-stall is zero: raise it"
                    + (why.lacks(LadderStep.WAIT) ? ", and add the step wait to the option ladder" : "")
                    + ", or close allocations on fewer streams.";
        }
        if (why.isTimedOut()) {
            return waiting + ", and the time for that was used up: allow more (the option max-stall, now "
                    + why.options().maxStall().toMillis()
                    + " ms, and the deadline of an acquire), or close allocations on fewer streams.";
        }
        return waiting + ", and for which the host cannot wait, as on streams that capture a graph: end that first, or"
                + " allocate less meanwhile.";
    }

    /** Advises where enough is free, and the request cannot have it. */
    private String unusable() {
        if (why.dedicated()) {
            return "A shareable request needs memory of its own from the device, and what is free in the pool lies"
                    + " beside live allocations: "
                    + (limitStops() ? "raise the option " + limitOption() + ", or " : "")
                    + "free some, so that it can be given back.";
        }
        if (why.now().largestFreeBytes() >= why.block()) {
            return why.aligned()
                    ? "A block that is large enough is free, but has no piece at the alignment asked for: ask for less"
                            + " alignment, or free some."
                    : "A block that is large enough is free by now: another thread closed it after the search. Try"
                            + " again.";
        }
        String inPieces = "Enough memory is free, but in pieces, between live allocations";
        if (!why.isMapped() && why.mappable()) {
            return inPieces
                    + ": set the option virtual-memory, with which free memory can be moved to where it is wanted.";
        }
        String order = "allocate what lives long first, or from a pool of its own.";
        if (why.isMapped() && why.options().mode() != PoolMode.THRIFTY && !why.byPage()) {
            return inPieces + ", which share handles with it: set the option mode to thrifty, with which handles are"
                    + " smaller, or " + order;
        }
        return inPieces + ": " + order;
    }

    /** Returns whether the pool's own limit is what refuses, and the device has enough. */
    private boolean limitStops() {
        return why.limit() - why.now().reservedBytes().current() < why.block()
                && why.device().freeBytes() >= why.block();
    }

    /** Advises where there is not enough. */
    private String usedUp() {
        if (limitStops()) {
            return "The pool's limit is reached while the device has memory: raise the option " + limitOption()
                    + ", or free some.";
        }
        long others = why.device().totalBytes()
                - why.device().freeBytes()
                - why.now().reservedBytes().current();
        if (why.device().freeBytes() >= why.block()) {
            return why.available() < why.block()
                    ? "The limit of " + why.above().refusal().account() + " is reached while the device has memory: "
                            + raiseAbove() + ", or free some in other pools."
                    : "The driver refused, although it reports that enough is free: it may lie in pieces, or be another"
                            + " process's by now.";
        }
        String usedUp = "The device's memory is used up";
        if (others <= 0) {
            return usedUp + " by this pool: free some.";
        }
        boolean own = why.now().allocatedBytes().current() > 0;
        String where = why.byOtherPools() > 0
                ? "free some " + (own ? "here or " : "") + "in other pools of this process, or "
                : own ? "free some, or " : "";
        return usedUp + ", " + size(others) + " of it outside this pool: " + where
                + "let other processes give theirs back.";
    }

    private static String raiseAbove() {
        return "raise quarry.device.limit, or what Device.limit set";
    }

    private boolean isSmall() {
        return Heap.isSmall(why.block());
    }

    private static String size(long bytes) {
        return bytes < 10240 ? bytes + " bytes" : ByteSize.format(bytes);
    }
}
