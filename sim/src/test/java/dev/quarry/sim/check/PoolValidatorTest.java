package dev.quarry.sim.check;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.internal.inspect.PoolLayout.State;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** A good picture, and for each rule the same with one thing wrong. */
class PoolValidatorTest {
    private final LayoutSketch sketch = new LayoutSketch();

    private void assertViolation(int invariant, String... texts) {
        PoolLayout layout = sketch.layout();
        assertThatThrownBy(() -> PoolValidator.check(layout))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageStartingWith("I" + invariant + ": pool \"sketch\": ")
                .hasMessageContainingAll(texts);
    }

    @Test
    void shouldAcceptWhenAllHolds() {
        assertThatNoException().isThrownBy(() -> PoolValidator.check(sketch.layout()));
    }

    @Test
    void shouldAcceptWhenPoolIsEmpty() {
        assertThatNoException().isThrownBy(() -> PoolValidator.check(LayoutSketch.empty()));
    }

    @Test
    void shouldAcceptWhenDeferredBlockCountsAsFreedAlready() {
        sketch.deferred.add(0);
        assertThatNoException().isThrownBy(() -> PoolValidator.check(sketch.layout()));
        sketch.allocations--;
        sketch.requested -= 1000;
        assertThatNoException().isThrownBy(() -> PoolValidator.check(sketch.layout()));
        sketch.allocated -= 1024;
        sketch.cached += 1024;
        assertThatNoException().isThrownBy(() -> PoolValidator.check(sketch.layout()));
    }

    @Test
    void shouldNameI1WhenBlocksLeaveGap() {
        sketch.move(1, 512);
        assertViolation(1, "block 1", "does not begin at 0x10400");
    }

    @Test
    void shouldNameI1WhenBlocksEndBeforeSegment() {
        sketch.segmentBytes += 512;
        assertViolation(1, "its blocks end at");
    }

    @Test
    void shouldNameI1WhenBlockIsNoMultipleOfGranule() {
        sketch.resize(0, -8);
        assertViolation(1, "granule 512");
    }

    @Test
    void shouldNameI1WhenSegmentsOverlap() {
        sketch.dedicatedAddress = LayoutSketch.BASE + 512;
        assertViolation(1, "overlaps");
    }

    @Test
    void shouldNameI1WhenDedicatedSegmentIsSplit() {
        sketch.splitDedicated();
        assertViolation(1, "dedicated, and holds 2 blocks");
    }

    @Test
    void shouldNameI2WhenFreeNeighboursHaveOneOwner() {
        sketch.own(2, 0);
        assertViolation(2, "block 1", "block 2", "free neighbours of one owner");
    }

    @Test
    void shouldNameI3WhenFreeBlockIsNowhere() {
        sketch.bin.removeLast();
        sketch.indexed -= 2048;
        assertViolation(3, "block 1", "in no index, cache or batch");
    }

    @Test
    void shouldNameI3WhenBlockIsInTwoPlaces() {
        sketch.batch.add(3);
        assertViolation(3, "block 3", "is in a batch of owner 0 and in the cache of owner 1");
    }

    @Test
    void shouldNameI3WhenPlaceContradictsState() {
        sketch.batch.add(0);
        assertViolation(3, "block 0 (IN_USE", "whose state should be PENDING");
    }

    @Test
    void shouldNameI3WhenIndexOfOtherOwnerHoldsBlock() {
        sketch.own(1, 1);
        sketch.own(2, 0);
        assertViolation(3, "bin 4 of owner 0 holds block 1");
    }

    @Test
    void shouldNameI3WhenBlockIsInBinOfOtherSizes() {
        sketch.binMost = 1024;
        assertViolation(3, "for 512 to 1024 bytes holds block 1");
    }

    @Test
    void shouldNameI3WhenBinIsNotInOrder() {
        Collections.reverse(sketch.bin);
        assertViolation(3, "holds block 1", "before block 6", "against the order of best fit");
    }

    @Test
    void shouldAcceptPartsByAddressThenWholeSegmentsLastFreedFirst() {
        sketch.addWhole(8, 0x30000, 2048, 7);
        sketch.addWhole(9, 0x20000, 2048, 6);
        sketch.addWhole(10, 0x40000, 2048, 6);
        assertThatNoException().isThrownBy(() -> PoolValidator.check(sketch.layout()));
    }

    @Test
    void shouldNameI3WhenWholeSegmentFreedEarlierComesFirst() {
        sketch.addWhole(8, 0x20000, 2048, 6);
        sketch.addWhole(9, 0x30000, 2048, 7);
        assertViolation(3, "holds block 8", "before block 9", "against the order of best fit");
    }

    @Test
    void shouldNameI3WhenWholeSegmentComesBeforeEqualPart() {
        sketch.addWhole(8, 0x20000, 2048, 6);
        Collections.swap(sketch.bin, 1, 2);
        assertViolation(3, "holds block 8", "before block 1", "against the order of best fit");
    }

    @Test
    void shouldNameI3WhenUnknownBlockIsCached() {
        sketch.cache.add(77);
        assertViolation(3, "holds block 77, which is in no segment");
    }

    @Test
    void shouldNameI3WhenDedicatedBlockIsFree() {
        sketch.dedicatedState = State.FREE;
        assertViolation(3, "of a dedicated segment");
    }

    @Test
    void shouldNameI4WhenBitIsSetAndBinEmpty() {
        sketch.emptyBinMarked = true;
        assertViolation(4, "bin 9 of owner 1: its bit is set, and it holds 0 blocks");
    }

    @Test
    void shouldNameI4WhenBitIsClearAndBinNotEmpty() {
        sketch.binMarked = false;
        assertViolation(4, "its bit is clear, and it holds 2 blocks");
    }

    @Test
    void shouldNameI5WhenPlaceMiscounts() {
        sketch.indexed += 512;
        assertViolation(5, "the index of owner 0");
    }

    @Test
    void shouldNameI5WhenAccountDiffers() {
        sketch.account += 512;
        assertViolation(5, "reservedByAccount");
    }

    @Test
    void shouldNameI5WhenPartsDoNotAddUp() {
        sketch.cached += 512;
        assertViolation(5, "allocated + cached + pending + free");
    }

    @Test
    void shouldNameI5WhenPartsAreExchanged() {
        sketch.cached += 512;
        sketch.free -= 512;
        assertViolation(5, "statistics.cachedBytes");
    }

    @Test
    void shouldNameI5WhenLargestFreeIsWrong() {
        sketch.largestFree += 512;
        assertViolation(5, "statistics.largestFreeBytes");
    }

    @Test
    void shouldNameI5WhenHandlesAreMiscounted() {
        sketch.allocations++;
        assertViolation(5, "allocations of");
    }

    @Test
    void shouldNameI5WhenPeakIsBelowCurrent() {
        sketch.peakLoss = 1;
        assertViolation(5, "allocations has a peak below its current value");
    }

    @Test
    void shouldNameI5WhenTotalsDoNotGiveCurrent() {
        sketch.totalLoss = 1;
        assertViolation(5, "allocations, totalAllocated - totalFreed = 1, and a recount gives 2");
    }

    @Test
    void shouldNameI6WhenTwoBlocksHaveOneId() {
        sketch.dedicatedId = 0;
        assertViolation(6, "block 0", "has the id of");
    }

    @Test
    void shouldNameI6WhenHolderAskedForMore() {
        sketch.ask(0, 2000);
        assertViolation(6, "its holder asked for 2000 bytes");
    }

    @Test
    void shouldNameI6WhenDeferredBlockIsNotInUse() {
        sketch.deferred.add(1);
        assertViolation(6, "block 1", "deferred, and not in use");
    }

    @Test
    void shouldNameI6WhenBlockIsDeferredTwice() {
        sketch.deferred.add(0);
        sketch.deferred.add(0);
        assertViolation(6, "block 0", "deferred twice");
    }
}
