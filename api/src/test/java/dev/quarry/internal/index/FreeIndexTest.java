package dev.quarry.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Blocks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreeIndexTest {
    private static final long GRANULE = 512;

    private final Blocks blocks = new Blocks();
    private final FreeIndex index = new FreeIndex(GRANULE, blocks.store());

    @Test
    void shouldFindNothingWhenEmpty() {
        assertThat(index.bestFit(1)).isNull();
        assertThat(index.largest()).isZero();
        assertThat(index.bytes()).isZero();
        assertThat(index.count()).isZero();
        assertThat(inOrder()).isEmpty();
    }

    @Test
    void shouldFindSmallestThatFitsWhenBinHoldsSmallerOnes() {
        Block small = add(100, 0);
        Block fitting = add(102, 1000);
        add(103, 2000);
        assertThat(bin(100 * GRANULE)).as("one bin for both").isEqualTo(bin(101 * GRANULE));
        assertThat(index.bestFit(101 * GRANULE)).isEqualTo(fitting);
        assertThat(index.bestFit(100 * GRANULE)).isEqualTo(small);
    }

    @Test
    void shouldFindLowestWhenSizesAreEqual() {
        add(40, 3000);
        Block lowest = add(40, 1000);
        add(40, 2000);
        assertThat(index.bestFit(33 * GRANULE)).isEqualTo(lowest);
        index.remove(lowest);
        assertThat(Objects.requireNonNull(index.bestFit(40 * GRANULE)).address())
                .isEqualTo(2000 * GRANULE);
    }

    @Test
    void shouldFindNextBinWhenOwnBinHoldsTooSmallOnesOnly() {
        add(64, 0);
        Block huge = add(1L << 40, 1 << 20);
        assertThat(index.bestFit(65 * GRANULE)).isEqualTo(huge);
        index.remove(huge);
        assertThat(index.bestFit(65 * GRANULE)).isNull();
    }

    @Test
    void shouldLeaveBlockInWhenItIsFound() {
        Block block = add(10, 0);
        assertThat(index.bestFit(1)).isEqualTo(block);
        assertThat(index.bestFit(1)).isEqualTo(block);
        assertThat(index.count()).isEqualTo(1);
    }

    @Test
    void shouldForgetOldLinksWhenBlockComesFromElsewhere() {
        Block inner = add(40, 0);
        Block outer = blocks.create(1000 * GRANULE, 40 * GRANULE);
        Block alone = blocks.create(2000 * GRANULE, 99 * GRANULE);
        for (Block block : List.of(outer, alone)) {
            block.setLeft(inner);
            block.setRight(inner);
            index.insert(block);
        }
        assertThat(inOrder()).containsExactly(inner, outer, alone);
    }

    @Test
    void shouldFindLargestSizesWhenTheyAreHuge() {
        Block quarter = add(SizeClasses.MAX_BYTES / GRANULE, 0);
        Block most = add(Long.MAX_VALUE / GRANULE, 0);
        assertThat(index.bestFit(SizeClasses.MAX_BYTES)).isEqualTo(most);
        assertThat(index.bestFit(SizeClasses.MAX_BYTES - GRANULE)).isEqualTo(quarter);
        assertThat(index.bestFit(Long.MAX_VALUE)).isNull();
        assertThat(index.largest()).isEqualTo(Long.MAX_VALUE / GRANULE * GRANULE);
        index.remove(most);
        assertThat(index.largest()).isEqualTo(SizeClasses.MAX_BYTES / GRANULE * GRANULE);
    }

    @Test
    void shouldCountBytesAndBlocksWhenTheyComeAndGo() {
        Block a = add(3, 0);
        Block b = add(1000, 10);
        assertThat(index.bytes()).isEqualTo(1003 * GRANULE);
        assertThat(index.count()).isEqualTo(2);
        index.remove(a);
        assertThat(index.bytes()).isEqualTo(1000 * GRANULE);
        index.remove(b);
        assertThat(index.bytes()).isZero();
        assertThat(index.count()).isZero();
    }

    @Test
    void shouldVisitInBestFitOrderWhenBlocksLieInManyBins() {
        Block large = add(5000, 1);
        Block high = add(7, 900);
        Block low = add(7, 5);
        Block small = add(1, 7000);
        assertThat(inOrder()).containsExactly(small, low, high, large);
    }

    @Test
    void shouldVisitOneBinOnlyWhenBinIsNamed() {
        Block one = add(64, 0);
        Block two = add(65, 100);
        add(66, 200);
        List<Block> visited = new ArrayList<>();
        index.forEachInBin(bin(64 * GRANULE), visited::add);
        assertThat(visited).containsExactly(one, two);
        assertThat(index.isMarked(bin(64 * GRANULE))).isTrue();
        assertThat(index.isMarked(bin(64 * GRANULE) - 1)).isFalse();
    }

    @Test
    void shouldUnmarkBinWhenItsLastBlockLeaves() {
        Block one = add(64, 0);
        Block two = add(65, 100);
        index.remove(one);
        assertThat(index.isMarked(bin(64 * GRANULE))).isTrue();
        index.remove(two);
        assertThat(index.isMarked(bin(64 * GRANULE))).isFalse();
    }

    @Test
    void shouldSkipEmptyBinsWhenNextIsAskedFor() {
        assertThat(index.nextBin(0)).isEqualTo(FreeIndex.bins());
        add(3, 0);
        add(5000, 100);
        int high = bin(5000 * GRANULE);
        assertThat(index.nextBin(0)).isEqualTo(3);
        assertThat(index.nextBin(3)).isEqualTo(3);
        assertThat(index.nextBin(4)).isEqualTo(high);
        assertThat(index.nextBin(high + 1)).isEqualTo(FreeIndex.bins());
        assertThat(index.nextBin(FreeIndex.bins())).isEqualTo(FreeIndex.bins());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 64, 512})
    void shouldPutEverySizeIntoBinOfItsRangeWhenInserted(long granule) {
        long most = Long.MAX_VALUE / granule * granule;
        FreeIndex other = new FreeIndex(granule, blocks.store());
        for (long size : sizes(granule, most)) {
            Block block = blocks.create(0, size);
            other.insert(block);
            int bin = marked(other);
            assertThat(other.leastOf(bin)).as("least of bin %d", bin).isLessThanOrEqualTo(size);
            if (bin + 1 < FreeIndex.bins() && other.leastOf(bin + 1) > 0) {
                assertThat(other.leastOf(bin + 1))
                        .as("least of bin %d", bin + 1)
                        .isGreaterThan(size);
            }
            other.remove(block);
            assertThat(other.isMarked(bin)).isFalse();
        }
    }

    @Test
    void shouldHaveAscendingRangesOf32PerDoublingWhenBinsAreListed() {
        for (int bin = 0; bin < 49 * 32; bin++) {
            long width = index.leastOf(bin + 1) - index.leastOf(bin);
            assertThat(width).as("bin %d", bin).isPositive();
            assertThat(width * 32).as("bin %d", bin).isLessThanOrEqualTo(Math.max(index.leastOf(bin), 32 * GRANULE));
        }
    }

    @Test
    void shouldStayInOrderWhenBinBecomesTreeAndListAgain() {
        List<Block> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(add(64 + i % 2, 1000 - i * 2L));
        }
        assertThat(index.bestFit(65 * GRANULE)).as("a walk over a hundred").isSameAs(all.getLast());
        all.sort(Comparator.comparingLong(Block::size).thenComparingLong(Block::address));
        while (!all.isEmpty()) {
            assertThat(inOrder()).containsExactlyElementsOf(all);
            index.remove(all.remove(all.size() / 2));
        }
        assertThat(index.count()).isZero();
        Block one = add(64, 5);
        Block two = add(65, 1);
        assertThat(inOrder()).containsExactly(one, two);
    }

    @Test
    void shouldBeResizableWhenAloneInBinAndStayingThere() {
        Block block = add(6400, 0);
        assertThat(index.isResizable(block, 6450 * GRANULE)).isTrue();
        assertThat(index.isResizable(block, 6400 * 2 * GRANULE)).isFalse();
        assertThat(index.isResizable(block, GRANULE)).isFalse();
        Block other = add(6401, 10_000);
        assertThat(index.isResizable(block, 6450 * GRANULE)).isFalse();
        assertThat(index.isResizable(other, 6450 * GRANULE)).isFalse();
        index.remove(other);
        assertThat(index.isResizable(block, 6450 * GRANULE)).isTrue();
    }

    @Test
    void shouldFindRestInPlaceWhenPieceIsCutOff() {
        Block block = add(6450, 0);
        Block rest = blocks.store().split(block, 10 * GRANULE);
        index.replace(block, 6450 * GRANULE, rest);
        assertThat(index.bytes()).isEqualTo(6440 * GRANULE);
        assertThat(inOrder()).containsExactly(rest);
        assertThat(index.isResizable(rest, 6435 * GRANULE)).isTrue();
        blocks.store().split(rest, 6435 * GRANULE);
        index.resized(-5 * GRANULE);
        assertThat(index.bytes()).isEqualTo(6435 * GRANULE);
        assertThat(index.bestFit(6436 * GRANULE)).isNull();
        index.remove(rest);
        assertThat(index.bytes()).isZero();
        assertThat(inOrder()).isEmpty();
    }

    private static List<Long> sizes(long granule, long most) {
        List<Long> sizes = new ArrayList<>();
        for (long n = 1; n <= 300; n++) {
            sizes.add(n * granule);
        }
        for (int log2 = 9; log2 < 63; log2++) {
            for (long n = -2; n <= 2; n++) {
                long size = (1L << log2) / granule * granule + n * granule;
                if (size > 0 && size <= most) {
                    sizes.add(size);
                }
            }
        }
        sizes.add(most);
        return sizes;
    }

    private Block add(long granules, long address) {
        Block block = blocks.create(address * GRANULE, granules * GRANULE);
        index.insert(block);
        return block;
    }

    private List<Block> inOrder() {
        List<Block> visited = new ArrayList<>();
        index.forEach(visited::add);
        return visited;
    }

    /** Returns the bin of a size, by what the index says of an index of its own. */
    private int bin(long size) {
        FreeIndex probe = new FreeIndex(GRANULE, blocks.store());
        probe.insert(blocks.create(0, size));
        return marked(probe);
    }

    /** Returns the one bin that is marked. */
    private static int marked(FreeIndex index) {
        int found = -1;
        for (int bin = 0; bin < FreeIndex.bins(); bin++) {
            if (index.isMarked(bin)) {
                assertThat(found).as("bin %d is marked too", bin).isEqualTo(-1);
                found = bin;
            }
        }
        assertThat(found).as("a marked bin").isNotNegative();
        return found;
    }
}
